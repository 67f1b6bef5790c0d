namespace MarketManager.Simulator.Pricing;

/// <summary>The tickers of all symbols, cheap enough to ask for all of them ten times a second.</summary>
/// <remarks>
/// What only changes with a knot (open, high, low, average) is kept until the next one; the rest is worked out per call.
/// What is kept is a cache of a pure function: nothing depends on what was asked before.
/// </remarks>
internal sealed class TickerBoard(ulong seed, IReadOnlyList<Symbol> symbols)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Asset, RollingPath> _paths = [];
    private readonly Day?[] _days = new Day?[symbols.Count];

    /// <summary>The ticker of each given symbol at an instant (Unix milliseconds).</summary>
    public IReadOnlyList<(Symbol Symbol, Ticker Ticker)> At(IReadOnlyCollection<Symbol> asked, long ms)
    {
        lock (_gate)
        {
            var tickers = new List<(Symbol, Ticker)>(asked.Count);
            foreach (var symbol in asked)
            {
                tickers.Add((symbol, At(symbol, ms)));
            }

            return tickers;
        }
    }

    private Ticker At(Symbol symbol, long ms)
    {
        var day = DayOf(symbol, ms / PricePath.KnotMs);
        var lastTicks = symbol.TicksAt(PriceSpan.Interpolate(day.Newest, day.Next, ms));
        var last = symbol.Prices.At(lastTicks);
        var next = symbol.Tape.FirstAt(ms);
        var volume = symbol.Lots.At(symbol.Tape.LotsBefore(next) - day.LotsBefore);
        return new Ticker(
            day.OpenMs, ms, day.Open, Math.Max(day.High, last), Math.Min(day.Low, last), last,
            symbol.Lots.At(symbol.Tape.LotsOf(Math.Max(day.FirstTrade, next - 1))),
            symbol.Prices.At(lastTicks - 1), symbol.Lots.At(Book.LotsAt(symbol, lastTicks - 1, ms)),
            symbol.Prices.At(lastTicks + 1), symbol.Lots.At(Book.LotsAt(symbol, lastTicks + 1, ms)),
            day.Average, volume, volume * day.Average, day.FirstTrade, next - 1);
    }

    private Day DayOf(Symbol symbol, long knot)
    {
        if (_days[symbol.Index] is { } kept && kept.Knot == knot)
        {
            return kept;
        }

        var (mine, theirs) = (PathOf(symbol.Base, knot), PathOf(symbol.Quote, knot));
        var (low, high, mean) = mine.RangeAgainst(theirs);
        var openMs = (knot - RollingPath.Knots + 1) * PricePath.KnotMs;
        var firstTrade = symbol.Tape.FirstAt(openMs);
        return _days[symbol.Index] = new Day(
            knot, openMs,
            symbol.PriceAt(mine.Oldest - theirs.Oldest), symbol.PriceAt(high), symbol.PriceAt(low), symbol.PriceAt(mean),
            firstTrade, symbol.Tape.LotsBefore(firstTrade), mine.Newest - theirs.Newest, mine.Next - theirs.Next);
    }

    private RollingPath PathOf(Asset asset, long knot)
    {
        if (!_paths.TryGetValue(asset, out var path))
        {
            _paths.Add(asset, path = new RollingPath(seed, asset));
        }

        path.MoveTo(knot);
        return path;
    }

    private sealed record Day(
        long Knot, long OpenMs, decimal Open, decimal High, decimal Low, decimal Average,
        long FirstTrade, long LotsBefore, float Newest, float Next);
}
