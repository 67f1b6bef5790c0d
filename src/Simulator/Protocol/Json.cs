using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace MarketManager.Simulator.Protocol;

/// <summary>How the venue writes: decimals as strings with eight digits after the point.</summary>
internal static class Json
{
    private static readonly StandardFormat EightDecimals = new('F', 8);
    private static readonly StandardFormat ThreeDecimals = new('F', 3);

    /// <summary>Writes a body.</summary>
    /// <param name="size">About how long it will be, in bytes.</param>
    /// <param name="write">Writes one JSON value.</param>
    public static ReadOnlyMemory<byte> Render(int size, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(size);
        // What is written here is numbers and names of our own; checking it again would cost a tenth of the time.
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        write(writer);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Writes a price or a quantity as a property.</summary>
    public static void WriteDecimal(this Utf8JsonWriter writer, JsonEncodedText name, decimal value) =>
        Write(writer, name, value, EightDecimals);

    /// <summary>Writes a percentage as a property: three digits after the point.</summary>
    public static void WritePercent(this Utf8JsonWriter writer, JsonEncodedText name, decimal value) =>
        Write(writer, name, value, ThreeDecimals);

    /// <summary>Writes a price or a quantity as an element of an array.</summary>
    public static void WriteDecimalValue(this Utf8JsonWriter writer, decimal value)
    {
        Span<byte> text = stackalloc byte[48];
        Utf8Formatter.TryFormat(value, text, out var length, EightDecimals);
        writer.WriteStringValue(text[..length]);
    }

    private static void Write(Utf8JsonWriter writer, JsonEncodedText name, decimal value, StandardFormat format)
    {
        Span<byte> text = stackalloc byte[48];
        Utf8Formatter.TryFormat(value, text, out var length, format);
        writer.WriteString(name, text[..length]);
    }
}
