using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MarketManager.Api.Http;
using MarketManager.Api.Problems;
using MarketManager.Api.Requests;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Service;

/// <summary>Writes the OpenAPI 3.1 document from the very records that routes are mapped and queries are checked by; only
/// the schemas of bodies are text of their own (<c>schemas.json</c>).</summary>
internal static partial class OpenApiText
{
    private const string Description =
        "One persistent actor per exchange gathers its markets on an interval; this is how they are managed and read. "
        + "Every route answers with and without the trailing slash.";

    private const string SecuritySchemes =
        """
        {"key":{"type":"http","scheme":"bearer","description":"A key made by 'marketmanager keys add'. Not needed on loopback."}}
        """;

    private const string PageStart =
        """
        {"type":"object","required":["count","next","previous","results"],"properties":{"count":{"type":"integer"},
        "next":{"type":["string","null"]},"previous":{"type":["string","null"]},"results":{"type":"array","items":{"$ref":"
        """;

    private const string PageEnd = "\"}}}}";

    private static readonly Dictionary<string, string> Headers = new()
    {
        [IdempotencyHeader.Name] = "At most 255 characters; a repeat under the same key is answered as the first, for 24 hours.",
        ["If-Match"] = "Entity tags; the change is made only where the version of one of them is the current one.",
        ["If-None-Match"] = "Entity tags; 304 where one of them is the current one.",
    };

    /// <summary>The document's bytes.</summary>
    public static byte[] Write(IEnumerable<ApiRoute> routes, string version)
    {
        using var buffer = ReplyBuffer.Rent();
        var json = buffer.Json;
        json.WriteStartObject();
        json.WriteString("openapi", "3.1.0");
        json.WriteStartObject("info");
        json.WriteString("title", "MarketManager");
        json.WriteString("version", version);
        json.WriteString("description", Description);
        json.WriteEndObject();
        json.WriteStartObject("paths");
        foreach (var path in routes.Where(route => !route.Hidden).GroupBy(route => route.Pattern))
        {
            json.WriteStartObject(path.Key);
            foreach (var route in path)
            {
                WriteOperation(json, route);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        WriteComponents(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.Bytes.WrittenSpan.ToArray();
    }

    private static void WriteOperation(Utf8JsonWriter json, ApiRoute route)
    {
        json.WriteStartObject(route.Method.ToLowerInvariant());
        json.WriteString("operationId", OperationId(route));
        json.WriteString("summary", route.Summary);
        json.WriteStartArray("tags");
        json.WriteStringValue(route.Pattern.Split('/') is ["", "api", var capability, ..] ? capability : "service");
        json.WriteEndArray();
        json.WriteString("description", route.Role is { } role
            ? $"Needs the role {Names<Actors.Access.Role>.Of(role)}, where keys are needed."
            : "Open to anyone.");
        json.WriteStartArray("security");
        if (route.Role is not null)
        {
            json.WriteRawValue("""{"key":[]}""");
        }

        json.WriteEndArray();
        WriteParameters(json, route);
        WriteBody(json, route.Body);
        WriteAnswers(json, route);
        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, ApiRoute route)
    {
        json.WriteStartArray("parameters");
        foreach (Match name in PathParameter().Matches(route.Pattern))
        {
            var ofExchange = route.Pattern.StartsWith("/api/exchanges/", StringComparison.Ordinal);
            var schema = name.Groups[1].Value == "run_id" ? """{"type":"string","format":"uuid"}"""
                : name.Groups[1].Value == "shard" ? """{"type":"integer","minimum":0}"""
                : ofExchange ? """{"type":"integer","format":"int64","minimum":1}"""
                : """{"type":"string"}""";
            json.WriteRawValue($$"""{"name":"{{name.Groups[1].Value}}","in":"path","required":true,"schema":{{schema}}}""");
        }

        foreach (var parameter in route.Query)
        {
            WriteQueryParameter(json, parameter);
        }

        foreach (var header in route.Headers)
        {
            json.WriteStartObject();
            json.WriteString("name", header);
            json.WriteString("in", "header");
            json.WriteString("description", Headers[header]);
            json.WriteStartObject("schema");
            json.WriteString("type", "string");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteQueryParameter(Utf8JsonWriter json, QueryParameter parameter)
    {
        json.WriteStartObject();
        json.WriteString("name", parameter.Name);
        json.WriteString("in", "query");
        json.WriteString("description", parameter.Description);
        json.WriteStartObject("schema");
        json.WriteString("type", parameter.Type);
        if (parameter.Format is { } format)
        {
            json.WriteString("format", format);
        }

        if (parameter.Minimum is { } minimum)
        {
            json.WriteNumber("minimum", minimum);
        }

        if (parameter.Maximum is { } maximum)
        {
            json.WriteNumber("maximum", maximum);
        }

        if (parameter.Values is { } values)
        {
            json.WriteStartArray("enum");
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter json, BodyShape? body)
    {
        if (body is null)
        {
            return;
        }

        json.WriteStartObject("requestBody");
        json.WriteBoolean("required", body.Required);
        json.WriteStartObject("content");
        WriteContent(json, Reply.Json, body.Schema);
        if (body.MergePatch)
        {
            WriteContent(json, "application/merge-patch+json", body.Schema);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteAnswers(Utf8JsonWriter json, ApiRoute route)
    {
        json.WriteStartObject("responses");
        foreach (var answer in route.Answers)
        {
            json.WriteStartObject(answer.Status.ToString(CultureInfo.InvariantCulture));
            json.WriteString("description", answer.Description);
            if (answer.Schema is not null || answer.MediaType != Reply.Json)
            {
                WriteAnswerContent(json, answer);
            }

            json.WriteEndObject();
        }

        foreach (var status in ErrorsOf(route))
        {
            json.WriteStartObject(status.ToString(CultureInfo.InvariantCulture));
            json.WriteString("$ref", $"#/components/responses/Problem{status}");
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteAnswerContent(Utf8JsonWriter json, AnswerShape answer)
    {
        json.WriteStartObject("content");
        if (answer.List)
        {
            json.WriteStartObject(Reply.Json);
            json.WritePropertyName("schema");
            json.WriteRawValue(PageStart + $"#/components/schemas/{answer.Schema}" + PageEnd);
            json.WriteEndObject();
            WriteContent(json, "text/csv", schema: null);
            WriteContent(json, "application/x-ndjson", schema: null);
        }
        else
        {
            WriteContent(json, answer.MediaType, answer.Schema);
        }

        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, string mediaType, string? schema)
    {
        json.WriteStartObject(mediaType);
        json.WritePropertyName("schema");
        json.WriteRawValue(schema is null ? """{"type":"string"}""" : $$"""{"$ref":"#/components/schemas/{{schema}}"}""");
        json.WriteEndObject();
    }

    // The errors that any route can answer, and the route's own.
    private static IEnumerable<int> ErrorsOf(ApiRoute route)
    {
        int[] common = route.Role is null
            ? [StatusCodes.Status403Forbidden, StatusCodes.Status422UnprocessableEntity, StatusCodes.Status500InternalServerError]
            : [401, 403, 422, 429, 500, 503];
        int[] body = route.Body is null ? [] : [StatusCodes.Status400BadRequest];
        return common.Concat(body).Concat(route.Errors).Except(route.Answers.Select(answer => answer.Status)).Distinct().Order();
    }

    private static void WriteComponents(Utf8JsonWriter json)
    {
        json.WriteStartObject("components");
        json.WritePropertyName("schemas");
        json.WriteRawValue(EmbeddedPage.Resource("schemas.json"));
        json.WriteStartObject("responses");
        foreach (var kinds in ProblemKind.All.GroupBy(kind => kind.Status))
        {
            json.WriteStartObject($"Problem{kinds.Key}");
            json.WriteString("description", string.Join("; ", kinds.Select(kind => $"{kind.Title} (/problems/{kind.Name})")));
            json.WriteStartObject("content");
            WriteContent(json, Problem.ContentType, "Problem");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WritePropertyName("securitySchemes");
        json.WriteRawValue(SecuritySchemes);
        json.WriteEndObject();
    }

    private static string OperationId(ApiRoute route) =>
        route.Method.ToLowerInvariant() + "_" + NotLetters().Replace(route.Pattern, "_").Trim('_');

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotLetters();
}
