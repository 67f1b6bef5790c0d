using System.Text.Json;
using System.Text.Unicode;
using MarketManager.Api.Problems;

namespace MarketManager.Api.Requests;

/// <summary>Checks what a JSON parser lets pass: text that is not UTF-8, half surrogate pairs, fields that are given twice,
/// nesting beyond reason.</summary>
internal static class StrictJson
{
    /// <summary>How deep objects and lists may be nested, the body itself included.</summary>
    public const int MaxDepth = 32;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Parses a body that has to be a JSON object.</summary>
    public static (JsonElement Body, Problem? Problem) Parse(ReadOnlyMemory<byte> text)
    {
        if (text.Span.StartsWith(ByteOrderMark))
        {
            text = text[ByteOrderMark.Length..];
        }

        if (!Utf8.IsValid(text.Span))
        {
            return (default, new Problem(ProblemKind.MalformedJson, "the body is not UTF-8"));
        }

        try
        {
            var errors = new ErrorList();
            if (!Walk(text.Span, errors))
            {
                return (default, new Problem(ProblemKind.Invalid, "the body must be a JSON object"));
            }

            return errors.Problem is { } problem ? (default, problem) : (JsonElement.Parse(text.Span), null);
        }
        catch (JsonException malformed)
        {
            var place = $"line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}";
            return (default, new Problem(
                ProblemKind.MalformedJson,
                text.IsEmpty ? "the body is empty; a JSON object is needed" : $"the body is not well-formed JSON at {place}"));
        }
    }

    // One pass over all tokens; false where the body is well-formed but no object.
    private static bool Walk(ReadOnlySpan<byte> text, ErrorList errors)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = text.Length + 1 });
        var names = new Stack<HashSet<string>?>();
        var path = new List<string>();
        var (isObject, first, tooDeep) = (false, true, false);
        while (reader.Read())
        {
            isObject |= first && reader.TokenType == JsonTokenType.StartObject;
            first = false;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    names.Push(reader.TokenType == JsonTokenType.StartObject ? [] : null);
                    if (names.Count > MaxDepth && !tooDeep)
                    {
                        tooDeep = true;
                        var field = path.FirstOrDefault("the body");
                        errors.Add(field, $"{field} is nested deeper than {MaxDepth} levels");
                    }

                    break;

                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    names.Pop();
                    break;

                case JsonTokenType.PropertyName:
                    // The path is only needed for messages, and only as deep as anything is allowed to be.
                    var name = Text(ref reader, path, errors) ?? string.Empty;
                    path.RemoveRange(Math.Min(path.Count, Objects(names) - 1), Math.Max(0, path.Count - Objects(names) + 1));
                    path.Add(name);
                    if (!names.Peek()!.Add(name) && !errors.IsFull)
                    {
                        errors.Add(path[0], $"{string.Join('.', path)} is given more than once");
                    }

                    break;

                case JsonTokenType.String:
                    Text(ref reader, path, errors);
                    break;
            }

            if (tooDeep)
            {
                // Whether the rest is well-formed still decides between 400 and 422.
                while (reader.Read())
                {
                }
            }
        }

        return isObject;

        static int Objects(Stack<HashSet<string>?> names) => names.Count(set => set is not null);
    }

    private static string? Text(ref Utf8JsonReader reader, List<string> path, ErrorList errors)
    {
        if (!reader.ValueIsEscaped && reader.TokenType == JsonTokenType.String)
        {
            return null;
        }

        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            if (!errors.IsFull)
            {
                errors.Add(path.FirstOrDefault(""), $"{string.Join('.', path)} holds half of a surrogate pair");
            }

            return null;
        }
    }
}
