using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace MarketManager.Simulator.Control;

/// <summary>Makes a right answer absurd: JSON with values that no venue should send, another kind for each element.</summary>
internal static class AbsurdValues
{
    private static readonly Action<JsonObject>[] Ways =
    [
        x => Numbers(x, text => "-" + text.TrimStart('-')),
        x => Numbers(x, _ => "1e400"),
        x => Numbers(x, _ => "NaN"),
        x => Swap(x, "bidPrice", "askPrice"),
        x => Numbers(x, _ => null),
        EveryOtherFieldMissing,
        x => Numbers(x, _ => ""),
        x => Numbers(x, _ => "0.00000000"),
        x => Numbers(x, _ => new string('9', 400)),
    ];

    /// <summary>The absurd version of a body.</summary>
    /// <param name="body">A right answer.</param>
    /// <param name="turn">Which kind the first element gets; the next one gets the next.</param>
    public static ReadOnlyMemory<byte> Distort(ReadOnlyMemory<byte> body, int turn)
    {
        var root = JsonNode.Parse(body.Span);
        switch (root)
        {
            case JsonArray elements:
                Elements(elements, turn);
                break;
            case JsonObject market when market["symbols"] is JsonArray symbols:
                foreach (var symbol in symbols)
                {
                    Elements(symbol!["filters"]!.AsArray(), turn++);
                }

                break;
            case JsonObject book when book.ContainsKey("bids"):
                Swap(book, "bids", "asks");
                break;
            case JsonObject element:
                Ways[turn % Ways.Length](element);
                break;
        }

        return Encoding.UTF8.GetBytes(root!.ToJsonString());
    }

    private static void Elements(JsonArray elements, int turn)
    {
        foreach (var element in elements)
        {
            var way = turn++ % Ways.Length;
            switch (element)
            {
                case JsonObject fields:
                    Ways[way](fields);
                    break;
                case JsonArray values:
                    for (var i = 1; i < values.Count; i += 2)
                    {
                        values[i] = way == 0 ? "-1.00000000" : "1e400";
                    }

                    break;
            }
        }
    }

    private static void Numbers(JsonObject fields, Func<string, string?> replace)
    {
        foreach (var (name, value) in fields.ToList())
        {
            if (value is JsonValue field
                && field.TryGetValue<string>(out var text)
                && decimal.TryParse(text, CultureInfo.InvariantCulture, out _))
            {
                fields[name] = replace(text);
            }
        }
    }

    private static void Swap(JsonObject fields, string one, string other)
    {
        var (left, right) = (fields[one]?.DeepClone(), fields[other]?.DeepClone());
        (fields[one], fields[other]) = (right, left);
    }

    private static void EveryOtherFieldMissing(JsonObject fields)
    {
        foreach (var name in fields.Select(x => x.Key).Where((_, i) => i % 2 == 1).ToList())
        {
            fields.Remove(name);
        }
    }
}
