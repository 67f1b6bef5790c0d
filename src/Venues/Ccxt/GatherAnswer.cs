using System.Buffers.Text;
using System.Text.Json;
using MarketManager.Actors.Venues;

namespace MarketManager.Venues.Ccxt;

/// <summary>What a worker gathered, read from its JSON without a detour.</summary>
/// <param name="Markets">The list the tickers belong to: the one that was held, unless it changed.</param>
/// <param name="Tickers">Of those markets.</param>
/// <param name="Rejected">Values that were no decimals.</param>
internal sealed record GatherAnswer(FeedMarkets Markets, List<VenueTicker> Tickers, int Rejected)
{
    /// <summary>Reads <c>{version, markets?, tickers}</c>, in this order; rows are arrays whose order is the protocol.</summary>
    /// <param name="json">The answer.</param>
    /// <param name="held">The list that the worker was told is known here.</param>
    /// <exception cref="JsonException">It is no such answer.</exception>
    public static GatherAnswer Read(ReadOnlySpan<byte> json, FeedMarkets held)
    {
        var rows = new RowReader(json);
        rows.Expect(JsonTokenType.StartObject);
        var version = "";
        var markets = held;
        var tickers = new List<VenueTicker>(held.List.Count);
        while (rows.Next() == JsonTokenType.PropertyName)
        {
            if (rows.IsNamed("version"u8))
            {
                version = rows.Text() ?? throw new JsonException("a version is text");
            }
            else if (rows.IsNamed("markets"u8))
            {
                markets = new FeedMarkets(version, ReadMarkets(ref rows));
            }
            else if (rows.IsNamed("tickers"u8))
            {
                if (markets.Version != version)
                {
                    throw new JsonException("tickers of markets that are not known");
                }

                ReadTickers(ref rows, markets.List, tickers);
            }
            else
            {
                throw new JsonException("an unknown member");
            }
        }

        return new GatherAnswer(markets, tickers, rows.Rejected);
    }

    private static List<VenueMarket> ReadMarkets(ref RowReader rows)
    {
        var markets = new List<VenueMarket>();
        rows.Expect(JsonTokenType.StartArray);
        while (rows.Next() == JsonTokenType.StartArray)
        {
            markets.Add(new VenueMarket(
                Symbol: rows.Required(),
                Type: rows.Required(),
                Base: rows.Required(),
                Quote: rows.Required(),
                Settle: rows.Text(),
                Active: rows.Flag(),
                Contract: rows.Flag() == true,
                ContractSize: rows.Decimal(),
                Inverse: rows.Flag() == true));
            rows.Expect(JsonTokenType.EndArray);
        }

        return markets;
    }

    private static void ReadTickers(ref RowReader rows, IReadOnlyList<VenueMarket> markets, List<VenueTicker> tickers)
    {
        rows.Expect(JsonTokenType.StartArray);
        while (rows.Next() == JsonTokenType.StartArray)
        {
            var index = rows.Index(markets.Count);
            tickers.Add(new VenueTicker(
                markets[index].Symbol,
                Last: rows.Decimal(),
                Bid: rows.Decimal(),
                Ask: rows.Decimal(),
                BaseVolume: rows.Decimal(),
                QuoteVolume: rows.Decimal(),
                Vwap: rows.Decimal(),
                At: rows.Instant()));
            rows.Expect(JsonTokenType.EndArray);
        }
    }
}

/// <summary>Reads the values of a row one after the other.</summary>
internal ref struct RowReader(ReadOnlySpan<byte> json)
{
    private static readonly decimal FirstInstant = DateTimeOffset.UnixEpoch.ToUnixTimeMilliseconds();
    private static readonly decimal LastInstant = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private Utf8JsonReader _reader = new(json);

    /// <summary>Values so far that were no decimals.</summary>
    public int Rejected { get; private set; }

    public JsonTokenType Next() => _reader.Read() ? _reader.TokenType : JsonTokenType.None;

    public readonly bool IsNamed(ReadOnlySpan<byte> name) => _reader.ValueTextEquals(name);

    public void Expect(JsonTokenType token)
    {
        if (Next() != token)
        {
            throw new JsonException($"{token} expected, {_reader.TokenType} found");
        }
    }

    /// <summary>Text, or null.</summary>
    public string? Text() => Next() switch
    {
        JsonTokenType.String => _reader.GetString(),
        JsonTokenType.Null => null,
        _ => throw new JsonException("text expected"),
    };

    /// <summary>Text that has to be there.</summary>
    public string Required() => Text() ?? throw new JsonException("text is missing");

    /// <summary>True, false, or null.</summary>
    public bool? Flag() => Next() switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        _ => throw new JsonException("true or false expected"),
    };

    /// <summary>A place in a list.</summary>
    public int Index(int count) => Next() == JsonTokenType.Number && _reader.TryGetInt32(out var index) && (uint)index < (uint)count
        ? index
        : throw new JsonException("no such market");

    /// <summary>A number, or text that is one; null and counted when it is none or fits no decimal.</summary>
    public decimal? Decimal()
    {
        switch (Next())
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.Number or JsonTokenType.String:
                // A number with an escape in it is none, so the raw bytes will do.
                if (Utf8Parser.TryParse(_reader.ValueSpan, out decimal value, out var read) && read == _reader.ValueSpan.Length)
                {
                    return value;
                }

                Rejected++;
                return null;
            default:
                throw new JsonException("a number or text expected");
        }
    }

    /// <summary>Milliseconds since 1970; null and counted when they are outside of the calendar.</summary>
    public DateTimeOffset? Instant()
    {
        var milliseconds = Decimal();
        if (milliseconds is null)
        {
            return null;
        }

        if (milliseconds >= FirstInstant && milliseconds <= LastInstant)
        {
            return DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
        }

        Rejected++;
        return null;
    }
}
