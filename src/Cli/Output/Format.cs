using System.Globalization;

namespace MarketManager.Cli.Output;

/// <summary>Numbers and times as a person reads them.</summary>
internal static class Format
{
    /// <summary>What stands for "not known".</summary>
    public const string None = "-";

    /// <summary>1,234,567</summary>
    public static string Count(long? number) => number?.ToString("#,0", CultureInfo.InvariantCulture) ?? None;

    /// <summary>Whole units from 1,000 on, two decimals below: 1,234,567 but 12.34.</summary>
    public static string Amount(decimal? amount) =>
        amount?.ToString(Math.Abs(amount.Value) >= 1000 ? "#,0" : "0.00", CultureInfo.InvariantCulture) ?? None;

    /// <summary>A price with all its digits: 64,123.5 or 0.00001234.</summary>
    public static string Price(decimal? price) =>
        price?.ToString("#,0.############################", CultureInfo.InvariantCulture) ?? None;

    /// <summary>12s ago, in 4m, now.</summary>
    public static string Relative(DateTimeOffset? at, DateTimeOffset now)
    {
        if (at is not { } instant)
        {
            return None;
        }

        var distance = instant - now;
        return distance.Duration() < TimeSpan.FromSeconds(1) ? "now"
            : distance > TimeSpan.Zero ? $"in {Duration(distance)}"
            : $"{Duration(-distance)} ago";
    }

    /// <summary>The one or two largest units: 850ms, 12s, 4m 5s, 3h 10m, 12d 4h; exact seconds below a minute.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => Invariant($"{(int)span.TotalMilliseconds}ms"),
        { TotalMinutes: < 1 } => Invariant($"{(int)span.TotalSeconds}s"),
        { TotalHours: < 1 } => Two((int)span.TotalMinutes, "m", span.Seconds, "s"),
        { TotalDays: < 1 } => Two((int)span.TotalHours, "h", span.Minutes, "m"),
        _ => Two((int)span.TotalDays, "d", span.Hours, "h"),
    };

    /// <summary>How long a run took: 850ms, 1.2s, 4m 5s.</summary>
    public static string Elapsed(long? milliseconds) => milliseconds switch
    {
        null => None,
        >= 1000 and < 60_000 => (milliseconds.Value / 1000m).ToString("0.0", CultureInfo.InvariantCulture) + "s",
        _ => Duration(TimeSpan.FromMilliseconds(milliseconds.Value)),
    };

    /// <summary>An interval in seconds as it was given, when it is no round one: 90s, 5m, 1h.</summary>
    public static string Interval(long seconds) => seconds switch
    {
        >= 86400 when seconds % 86400 == 0 => Invariant($"{seconds / 86400}d"),
        >= 3600 when seconds % 3600 == 0 => Invariant($"{seconds / 3600}h"),
        >= 60 when seconds % 60 == 0 => Invariant($"{seconds / 60}m"),
        _ => Invariant($"{seconds}s"),
    };

    /// <summary>Bytes: 512 B, 12.3 MB.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB"];
        var (size, unit) = ((decimal)bytes, 0);
        for (; size >= 1000 && unit < units.Length - 1; unit++)
        {
            size /= 1000;
        }

        return size.ToString(unit == 0 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    /// <summary>2026-11-20 12:34:56 UTC (12s ago).</summary>
    public static string Instant(DateTimeOffset? at, DateTimeOffset now) => at is { } instant
        ? $"{instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC ({Relative(at, now)})"
        : None;

    /// <summary>1 market, 2 markets.</summary>
    public static string Plural(long count, string one) => $"{Count(count)} {one}{(count == 1 ? string.Empty : "s")}";

    private static string Two(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? Invariant($"{large}{largeUnit}") : Invariant($"{large}{largeUnit} {small}{smallUnit}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
