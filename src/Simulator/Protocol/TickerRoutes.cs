using System.Text.Json;
using MarketManager.Simulator.Pricing;

namespace MarketManager.Simulator.Protocol;

/// <summary><c>/api/v3/ticker/24hr</c>, <c>price</c> and <c>bookTicker</c>, for one symbol, some or all.</summary>
/// <remarks>An answer about all symbols is written once per step of the prices, however many clients ask for it.</remarks>
internal sealed class TickerRoutes(TickerBoard board)
{
    private const int BytesPerTicker = 600;

    private readonly BodyCache _full = new();
    private readonly BodyCache _mini = new();
    private readonly BodyCache _price = new();
    private readonly BodyCache _book = new();

    public Call Day(VenueQuery query, Instant now)
    {
        var selection = query.Symbols();
        var isFull = query.OneOf("type", "FULL", "FULL", "MINI") == "FULL";
        var weight = (selection.Scope, selection.Symbols.Count) switch
        {
            (Scope.All, _) => 80,
            (_, <= 20) => 2,
            (_, <= 100) => 40,
            _ => 80,
        };
        return isFull
            ? Tickers(weight, selection, now, _full, WriteFull)
            : Tickers(weight, selection, now, _mini, WriteMini);
    }

    public Call Price(VenueQuery query, Instant now)
    {
        var selection = query.Symbols();
        return Tickers(selection.Scope == Scope.One ? 2 : 4, selection, now, _price, WritePrice);
    }

    public Call BookTicker(VenueQuery query, Instant now)
    {
        var selection = query.Symbols();
        return Tickers(selection.Scope == Scope.One ? 2 : 4, selection, now, _book, WriteBookTicker);
    }

    private Call Tickers(
        int weight, Selection selection, Instant now, BodyCache cache, Action<Utf8JsonWriter, Symbol, Ticker, Instant> write)
    {
        ReadOnlyMemory<byte> Render() => Json.Render(Math.Max(1, selection.Symbols.Count) * BytesPerTicker, writer =>
        {
            if (selection.Scope != Scope.One)
            {
                writer.WriteStartArray();
            }

            foreach (var (symbol, ticker) in board.At(selection.Symbols, now.Step))
            {
                writer.WriteStartObject();
                writer.WriteString(Names.Symbol, symbol.Name);
                write(writer, symbol, ticker, now);
                writer.WriteEndObject();
            }

            if (selection.Scope != Scope.One)
            {
                writer.WriteEndArray();
            }
        });

        var isEverything = selection is { Scope: Scope.All, Status: null } && now.Micro == 1;
        return new Call(weight, isEverything ? () => cache.Get(now.Step, Render) : Render);
    }

    private static void WriteFull(Utf8JsonWriter writer, Symbol symbol, Ticker ticker, Instant now)
    {
        var change = ticker.Last - ticker.Open;
        writer.WriteDecimal(Names.PriceChange, change);
        writer.WritePercent(Names.PriceChangePercent, change / ticker.Open * 100);
        writer.WriteDecimal(Names.WeightedAvgPrice, ticker.Average);
        writer.WriteDecimal(Names.PrevClosePrice, ticker.Open);
        writer.WriteDecimal(Names.LastPrice, ticker.Last);
        writer.WriteDecimal(Names.LastQty, ticker.LastQuantity);
        WriteBookTicker(writer, symbol, ticker, now);
        WriteMini(writer, symbol, ticker, now, isLastWritten: true);
    }

    private static void WriteMini(Utf8JsonWriter writer, Symbol symbol, Ticker ticker, Instant now) =>
        WriteMini(writer, symbol, ticker, now, isLastWritten: false);

    private static void WriteMini(Utf8JsonWriter writer, Symbol symbol, Ticker ticker, Instant now, bool isLastWritten)
    {
        writer.WriteDecimal(Names.OpenPrice, ticker.Open);
        writer.WriteDecimal(Names.HighPrice, ticker.High);
        writer.WriteDecimal(Names.LowPrice, ticker.Low);
        if (!isLastWritten)
        {
            writer.WriteDecimal(Names.LastPrice, ticker.Last);
        }

        writer.WriteDecimal(Names.Volume, ticker.Volume);
        writer.WriteDecimal(Names.QuoteVolume, ticker.QuoteVolume);
        writer.WriteNumber(Names.OpenTime, now.Write(ticker.OpenMs));
        writer.WriteNumber(Names.CloseTime, now.Write(ticker.CloseMs));
        writer.WriteNumber(Names.FirstId, ticker.FirstTrade);
        writer.WriteNumber(Names.LastId, ticker.LastTrade);
        writer.WriteNumber(Names.Count, ticker.LastTrade - ticker.FirstTrade + 1);
    }

    private static void WritePrice(Utf8JsonWriter writer, Symbol symbol, Ticker ticker, Instant now) =>
        writer.WriteDecimal(Names.Price, ticker.Last);

    private static void WriteBookTicker(Utf8JsonWriter writer, Symbol symbol, Ticker ticker, Instant now)
    {
        writer.WriteDecimal(Names.BidPrice, ticker.Bid);
        writer.WriteDecimal(Names.BidQty, ticker.BidQuantity);
        writer.WriteDecimal(Names.AskPrice, ticker.Ask);
        writer.WriteDecimal(Names.AskQty, ticker.AskQuantity);
    }

    /// <summary>Property names, encoded once: there are 60,000 of them in one answer.</summary>
    private static class Names
    {
        public static readonly JsonEncodedText Symbol = JsonEncodedText.Encode("symbol");
        public static readonly JsonEncodedText Price = JsonEncodedText.Encode("price");
        public static readonly JsonEncodedText PriceChange = JsonEncodedText.Encode("priceChange");
        public static readonly JsonEncodedText PriceChangePercent = JsonEncodedText.Encode("priceChangePercent");
        public static readonly JsonEncodedText WeightedAvgPrice = JsonEncodedText.Encode("weightedAvgPrice");
        public static readonly JsonEncodedText PrevClosePrice = JsonEncodedText.Encode("prevClosePrice");
        public static readonly JsonEncodedText LastPrice = JsonEncodedText.Encode("lastPrice");
        public static readonly JsonEncodedText LastQty = JsonEncodedText.Encode("lastQty");
        public static readonly JsonEncodedText BidPrice = JsonEncodedText.Encode("bidPrice");
        public static readonly JsonEncodedText BidQty = JsonEncodedText.Encode("bidQty");
        public static readonly JsonEncodedText AskPrice = JsonEncodedText.Encode("askPrice");
        public static readonly JsonEncodedText AskQty = JsonEncodedText.Encode("askQty");
        public static readonly JsonEncodedText OpenPrice = JsonEncodedText.Encode("openPrice");
        public static readonly JsonEncodedText HighPrice = JsonEncodedText.Encode("highPrice");
        public static readonly JsonEncodedText LowPrice = JsonEncodedText.Encode("lowPrice");
        public static readonly JsonEncodedText Volume = JsonEncodedText.Encode("volume");
        public static readonly JsonEncodedText QuoteVolume = JsonEncodedText.Encode("quoteVolume");
        public static readonly JsonEncodedText OpenTime = JsonEncodedText.Encode("openTime");
        public static readonly JsonEncodedText CloseTime = JsonEncodedText.Encode("closeTime");
        public static readonly JsonEncodedText FirstId = JsonEncodedText.Encode("firstId");
        public static readonly JsonEncodedText LastId = JsonEncodedText.Encode("lastId");
        public static readonly JsonEncodedText Count = JsonEncodedText.Encode("count");
    }
}
