using System.Globalization;
using System.Text.Json;

namespace MarketManager.Api.Http;

/// <summary>How values look: decimals in canonical form, times in UTC with milliseconds, null for what is not known.</summary>
internal static class JsonText
{
    /// <summary>Room for any decimal.</summary>
    public const int DecimalLength = 32;

    /// <summary>The length of a time.</summary>
    public const int TimeLength = 24;

    /// <summary>Writes a decimal without exponent and without trailing zeros.</summary>
    public static void WriteDecimal(this Utf8JsonWriter json, ReadOnlySpan<byte> name, decimal? value)
    {
        json.WritePropertyName(name);
        if (value is not { } number)
        {
            json.WriteNullValue();
            return;
        }

        Span<byte> text = stackalloc byte[DecimalLength];
        json.WriteRawValue(text[..Format(number, text)], skipInputValidation: true);
    }

    /// <summary>Writes a time as RFC 3339 in UTC with milliseconds.</summary>
    public static void WriteTime(this Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? value)
    {
        if (value is not { } time)
        {
            json.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[TimeLength];
        Format(time, text);
        json.WriteString(name, text);
    }

    /// <summary>Writes an id in its usual form.</summary>
    public static void WriteId(this Utf8JsonWriter json, ReadOnlySpan<byte> name, Guid? value)
    {
        if (value is { } id)
        {
            json.WriteString(name, id);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Writes a whole number, or null.</summary>
    public static void WriteWhole(this Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Writes true, false or null.</summary>
    public static void WriteFlag(this Utf8JsonWriter json, ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } flag)
        {
            json.WriteBoolean(name, flag);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>A decimal's canonical text; at least <see cref="DecimalLength"/> bytes of room are needed.</summary>
    /// <returns>How many bytes it took.</returns>
    public static int Format(decimal value, Span<byte> text)
    {
        _ = value.TryFormat(text, out var length, provider: CultureInfo.InvariantCulture);
        if (text[..length].Contains((byte)'.'))
        {
            while (text[length - 1] == '0')
            {
                length--;
            }

            if (text[length - 1] == '.')
            {
                length--;
            }
        }

        if (length == 2 && text[0] == '-' && text[1] == '0')
        {
            text[0] = (byte)'0';
            length = 1;
        }

        return length;
    }

    /// <summary>A time as <c>yyyy-MM-ddTHH:mm:ss.fffZ</c>, exactly <see cref="TimeLength"/> bytes.</summary>
    public static void Format(DateTimeOffset value, Span<byte> text)
    {
        var time = value.UtcDateTime;
        Digits(text, 0, 4, time.Year);
        text[4] = (byte)'-';
        Digits(text, 5, 2, time.Month);
        text[7] = (byte)'-';
        Digits(text, 8, 2, time.Day);
        text[10] = (byte)'T';
        Digits(text, 11, 2, time.Hour);
        text[13] = (byte)':';
        Digits(text, 14, 2, time.Minute);
        text[16] = (byte)':';
        Digits(text, 17, 2, time.Second);
        text[19] = (byte)'.';
        Digits(text, 20, 3, time.Millisecond);
        text[23] = (byte)'Z';
    }

    private static void Digits(Span<byte> text, int from, int count, int value)
    {
        for (var i = from + count - 1; i >= from; i--)
        {
            (value, var digit) = Math.DivRem(value, 10);
            text[i] = (byte)('0' + digit);
        }
    }
}
