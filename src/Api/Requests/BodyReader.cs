using System.Globalization;
using System.Text;
using System.Text.Json;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Text;
using MarketManager.Api.Http;
using MarketManager.Api.Problems;

namespace MarketManager.Api.Requests;

/// <summary>Takes fields out of a body by a table of those there are. What a value may be beyond its type is for the domain
/// to decide.</summary>
internal sealed class BodyReader
{
    private readonly JsonElement _body;
    private readonly IReadOnlyList<BodyField> _fields;

    /// <summary>Starts reading, and notes every field that the client may not write.</summary>
    /// <param name="body">The object.</param>
    /// <param name="fields">The fields there are.</param>
    /// <param name="change">True where the resource is there already.</param>
    public BodyReader(JsonElement body, IReadOnlyList<BodyField> fields, bool change)
    {
        (_body, _fields) = (body, fields);
        string[] writable =
        [
            .. fields
                .Where(field => field.Owner == FieldOwner.Client || (!change && field.Owner == FieldOwner.ClientOnce))
                .Select(field => field.Name),
        ];
        foreach (var given in body.EnumerateObject().TakeWhile(_ => !Errors.IsFull))
        {
            switch (fields.FirstOrDefault(field => field.Name == given.Name)?.Owner)
            {
                case null:
                    var name = Shorten(given.Name);
                    Errors.Add(given.Name, $"unknown field '{name}'{Nearest.HintOrAll(name, writable, "; no field is taken here")}");
                    break;
                case FieldOwner.Server:
                    Errors.Add(given.Name, $"{given.Name} is set by the server");
                    break;
                case FieldOwner.ClientOnce when change:
                    Errors.Add(given.Name, $"{given.Name} cannot be changed");
                    break;
            }
        }
    }

    /// <summary>What is wrong so far.</summary>
    public ErrorList Errors { get; } = new();

    /// <summary>A text.</summary>
    public Patch<string> Text(string name) =>
        Read(name, value => value.ValueKind == JsonValueKind.String ? value.GetString() : null);

    /// <summary>True or false.</summary>
    public Patch<bool> Flag(string name)
    {
        var read = Read(name, value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value : (JsonElement?)null);
        return new(read.Present, read.Value is { ValueKind: JsonValueKind.True }, read.IsNull);
    }

    /// <summary>A whole number, however it is written (60, 60.0, 6e1).</summary>
    public Patch<long> Whole(string name)
    {
        var read = Read(name, value => IsWhole(value) ? value : (JsonElement?)null);
        return new(read.Present, read.Value is { } number ? (long)number.GetDecimal() : 0, read.IsNull);
    }

    /// <summary>An object, as its JSON text without white space: the same wherever the client broke its lines.</summary>
    public Patch<string> Object(string name) =>
        Read(name, value => value.ValueKind == JsonValueKind.Object ? Compact(value) : null);

    /// <summary>Notes that a field has to be given and not null.</summary>
    public void Require(string name)
    {
        if (!_body.TryGetProperty(name, out var value))
        {
            Errors.Add(name, $"{name} is required: {ShapeOf(name)}");
        }
        else if (value.ValueKind == JsonValueKind.Null)
        {
            Errors.Add(name, $"{name} must be {ShapeOf(name)}, not null");
        }
    }

    private static bool IsWhole(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number
        && value.TryGetDecimal(out var number)
        && decimal.IsInteger(number)
        && number is >= long.MinValue and <= long.MaxValue;

    private static string Compact(JsonElement value)
    {
        using var buffer = ReplyBuffer.Rent();
        value.WriteTo(buffer.Json);
        buffer.Json.Flush();
        return Encoding.UTF8.GetString(buffer.Bytes.WrittenSpan);
    }

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..61] + "...";

    private Patch<T> Read<T>(string name, Func<JsonElement, T?> convert)
    {
        if (!_body.TryGetProperty(name, out var value))
        {
            return default;
        }

        if (value.ValueKind == JsonValueKind.Null)
        {
            return Patch.Null<T>();
        }

        if (convert(value) is { } converted)
        {
            return Patch.To(converted);
        }

        Errors.Add(name, $"{name} must be {ShapeOf(name)}, not {Describe(value)}{Hint(name, value)}");
        return default;
    }

    private string ShapeOf(string name) => _fields.First(field => field.Name == name).Shape;

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Number => value.GetRawText() is { Length: <= 32 } number ? number : "a number of that length",
        JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => "null",
    };

    // A value of the wrong type that plainly means one of the right type.
    private string Hint(string name, JsonElement value)
    {
        var shape = ShapeOf(name);
        var meant = value.ValueKind switch
        {
            JsonValueKind.String when shape.StartsWith("a whole number", StringComparison.Ordinal)
                && long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                => number.ToString(CultureInfo.InvariantCulture),
            JsonValueKind.Number when shape.StartsWith("a whole number", StringComparison.Ordinal)
                && value.TryGetDecimal(out var number) && Math.Abs(number) < int.MaxValue
                => Math.Max(1, Math.Round(number)).ToString(CultureInfo.InvariantCulture),
            JsonValueKind.String when shape == "true or false" && value.GetString()?.ToLowerInvariant() is "true" or "false"
                => value.GetString()!.ToLowerInvariant(),
            _ => null,
        };
        return meant is null ? string.Empty : $"; did you mean {meant}?";
    }
}
