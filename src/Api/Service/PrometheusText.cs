using System.Buffers;
using System.Globalization;
using System.Text;

namespace MarketManager.Api.Service;

/// <summary>Writes metrics in Prometheus' text format, version 0.0.4.</summary>
/// <remarks>Source: prometheus.io/docs/instrumenting/exposition_formats.</remarks>
internal static class PrometheusText
{
    /// <summary>Writes all families; those without series are left out.</summary>
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<MetricFamily> families)
    {
        // Two meters of one name (two nodes in one process) have families of one name, which must appear once.
        var text = new StringBuilder();
        foreach (var same in families.GroupBy(family => family.Name))
        {
            var series = same.SelectMany(family => family.Series.Select(one => (family, one.Key, one.Value)))
                .DistinctBy(one => LabelsOf(one.Key))
                .ToList();
            if (series.Count == 0)
            {
                continue;
            }

            var first = same.First();
            text.Append("# HELP ").Append(first.Name).Append(' ').Append(Escape(first.Help, quotes: false)).Append('\n');
            text.Append("# TYPE ").Append(first.Name).Append(' ').Append(NameOf(first.Type)).Append('\n');
            foreach (var (family, tags, values) in series)
            {
                WriteSeries(text, family, LabelsOf(tags), values);
            }
        }

        Encoding.UTF8.GetBytes(text.ToString(), output);
    }

    private static void WriteSeries(StringBuilder text, MetricFamily family, string labels, MetricSeries series)
    {
        if (family.Type != MetricType.Histogram)
        {
            Sample(text, family.Name, labels, series.Value);
            return;
        }

        var (counts, sum) = series.Read();
        long soFar = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            soFar += counts[i];
            var bound = i < family.Buckets.Length ? Number(family.Buckets[i]) : "+Inf";
            Sample(text, family.Name + "_bucket", (labels.Length == 0 ? labels : labels + ",") + $"le=\"{bound}\"", soFar);
        }

        Sample(text, family.Name + "_sum", labels, sum);
        Sample(text, family.Name + "_count", labels, soFar);
    }

    private static void Sample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string LabelsOf(TagSet tags) =>
        string.Join(',', tags.Labels.Select(label => $"{label.Name}=\"{Escape(label.Value, quotes: true)}\""));

    private static string Escape(string value, bool quotes)
    {
        value = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? value.Replace("\"", "\\\"", StringComparison.Ordinal) : value;
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string NameOf(MetricType type) => type switch
    {
        MetricType.Counter => "counter",
        MetricType.Gauge => "gauge",
        MetricType.Histogram => "histogram",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "a type without a name"),
    };
}
