using System.Buffers;
using System.Globalization;
using System.Text;
using MarketManager.Api.Http;

namespace MarketManager.Api.Lists;

/// <summary>Writes rows of RFC 4180: fields with commas between, quoted where they must be, CRLF at the end; null is an
/// empty field. Values are as they are in JSON and never changed for the sake of a spreadsheet.</summary>
internal sealed class CsvWriter(IBufferWriter<byte> output)
{
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(",\"\r\n");
    private bool _first = true;

    /// <summary>Writes the header row.</summary>
    public void Header(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Text(name);
        }

        EndRow();
    }

    /// <summary>Adds a text.</summary>
    public void Text(string? value)
    {
        Separate();
        if (value is null)
        {
            return;
        }

        if (value.AsSpan().ContainsAny(NeedQuotes))
        {
            value = $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        }

        Encoding.UTF8.GetBytes(value, output);
    }

    /// <summary>Adds a decimal.</summary>
    public void Number(decimal? value)
    {
        Separate();
        if (value is { } number)
        {
            output.Advance(JsonText.Format(number, output.GetSpan(JsonText.DecimalLength)));
        }
    }

    /// <summary>Adds a whole number.</summary>
    public void Whole(long? value) => Text(value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a time.</summary>
    public void Time(DateTimeOffset? value)
    {
        Separate();
        if (value is { } time)
        {
            JsonText.Format(time, output.GetSpan(JsonText.TimeLength));
            output.Advance(JsonText.TimeLength);
        }
    }

    /// <summary>Adds true or false.</summary>
    public void Flag(bool? value) => Text(value switch { null => null, true => "true", false => "false" });

    /// <summary>Ends the row.</summary>
    public void EndRow()
    {
        output.Write("\r\n"u8);
        _first = true;
    }

    private void Separate()
    {
        if (!_first)
        {
            output.Write(","u8);
        }

        _first = false;
    }
}
