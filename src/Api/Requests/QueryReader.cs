using System.Globalization;
using MarketManager.Actors.Text;
using MarketManager.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Requests;

/// <summary>Takes values out of a query. Null where a parameter is not given, or wrong and noted.</summary>
internal sealed class QueryReader(HttpContext http)
{
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>What is wrong so far.</summary>
    public ErrorList Errors { get; } = new();

    /// <summary>Any text.</summary>
    public string? Text(string name) =>
        http.Request.QueryString.HasValue && http.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>A whole number within a range.</summary>
    public long? Whole(string name, long minimum, long maximum)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= minimum && number <= maximum)
        {
            return number;
        }

        var nearest = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var given)
            ? $"; the nearest is {Math.Clamp(Math.Round(given), minimum, maximum).ToString(CultureInfo.InvariantCulture)}"
            : string.Empty;
        Errors.Add(name, $"{name} must be a whole number from {minimum} to {maximum}, not '{text}'{nearest}");
        return null;
    }

    /// <summary>A decimal of 0 or more.</summary>
    public decimal? Amount(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        const NumberStyles Unsigned = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (decimal.TryParse(text, Unsigned, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Errors.Add(name, $"{name} must be a number of 0 or more, not '{text}'");
        return null;
    }

    /// <summary>True or false.</summary>
    public bool? Flag(string name)
    {
        switch (Text(name))
        {
            case null:
                return null;
            case "true":
                return true;
            case "false":
                return false;
            case var text:
                Errors.Add(name, $"{name} must be true or false, not '{text}'{Nearest.Hint(text, ["true", "false"])}");
                return null;
        }
    }

    /// <summary>One of an enumeration's names, in lower case.</summary>
    public T? OneOf<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (Names<T>.Of(value) == text)
            {
                return value;
            }
        }

        var names = Names<T>.All;
        Errors.Add(name, $"{name} must be one of {string.Join(", ", names)}, not '{text}'{Nearest.Hint(text, names)}");
        return null;
    }

    /// <summary>An instant, RFC 3339.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        // A '+' that was not encoded arrives as a space; nothing else can be meant by one. RFC 3339 allows 't' and 'z'.
        var written = text.Replace(' ', '+').ToUpperInvariant();
        if (HasOffset(written) && DateTimeOffset.TryParseExact(
            written, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return time.ToUniversalTime();
        }

        Errors.Add(name, $"{name} must be a time such as 2026-01-31T12:00:00Z, not '{text}'");
        return null;
    }

    private static bool HasOffset(string text) =>
        text.EndsWith('Z') || text.AsSpan()[Math.Min(text.Length, 19)..].IndexOfAny('+', '-') >= 0;
}
