using System.Text;
using MarketManager.Venues.Ccxt;

namespace MarketManager.Venues.Tests.Ccxt;

public class LineReaderTests
{
    [Fact]
    public void Lines_come_whole_however_they_are_cut_and_a_rest_without_an_end_is_none()
    {
        var lines = new[] { "a", "", new string('b', 200_000), "c" };
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\nrest"));
        var reader = new LineReader(stream, 1 << 20);

        var read = new List<string>();
        while (reader.TryRead(out var line))
        {
            read.Add(Encoding.UTF8.GetString(line));
        }

        Assert.Equal(lines, read);
    }

    [Fact]
    public void A_line_longer_than_the_limit_is_refused()
    {
        using var stream = new MemoryStream(new byte[200_000]);

        Assert.Throws<InvalidDataException>(() => new LineReader(stream, 100_000).TryRead(out _));
    }
}
