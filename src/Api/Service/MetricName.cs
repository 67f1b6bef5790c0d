using System.Diagnostics.Metrics;
using System.Text;

namespace MarketManager.Api.Service;

/// <summary>Names as Prometheus wants them: <c>marketmanager_{meter}_{instrument}_{unit}[_total]</c>.</summary>
internal static class MetricName
{
    private const string Product = "marketmanager";

    /// <summary>The name of an instrument.</summary>
    public static string Of(Instrument instrument, MetricType type)
    {
        var name = Snake(instrument.Name);
        if (!name.StartsWith(Product, StringComparison.Ordinal))
        {
            // "MarketManager.Kernel" is the product and one of its parts.
            var part = Snake(instrument.Meter.Name[Product.Length..]).Trim('_');
            name = part.Length == 0 || name.StartsWith(part + '_', StringComparison.Ordinal)
                ? $"{Product}_{name}"
                : $"{Product}_{part}_{name}";
        }

        if (Unit(instrument.Unit) is { } unit && !name.EndsWith('_' + unit, StringComparison.Ordinal))
        {
            name += '_' + unit;
        }

        return type == MetricType.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary>The name of a label.</summary>
    public static string Label(string tag) => Snake(tag) is var name && char.IsAsciiDigit(name[0]) ? '_' + name : Snake(tag);

    private static string? Unit(string? unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "By" => "bytes",
        _ => null,
    };

    private static string Snake(string name)
    {
        var snake = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var letter = name[i];
            if (!char.IsAsciiLetterOrDigit(letter))
            {
                snake.Append('_');
                continue;
            }

            if (char.IsAsciiLetterUpper(letter) && i > 0 && char.IsAsciiLetterOrDigit(name[i - 1]) && !char.IsAsciiLetterUpper(name[i - 1]))
            {
                snake.Append('_');
            }

            snake.Append(char.ToLowerInvariant(letter));
        }

        return snake.ToString();
    }
}
