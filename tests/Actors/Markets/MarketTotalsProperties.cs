using FsCheck.Fluent;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Venues;
using Xunit;

namespace MarketManager.Actors.Tests.Markets;

public sealed class MarketTotalsProperties
{
    private static readonly string[] Bridges = ["USD", "USDT", "USDC", "BTC", "ETH", "BNB"];

    [Fact]
    public void Nothing_that_a_venue_sends_makes_totals_throw() =>
        Properties.Hold(Venues.Any, venue => Totals(venue).Markets == venue.Markets.Count);

    [Fact]
    public void The_total_is_the_sum_of_the_volumes_shown() => Properties.Hold(Venues.Any, venue =>
    {
        var totals = Totals(venue);
        var shown = totals.Rows.Where(r => r.VolumeUsd is not null).Select(r => r.VolumeUsd!.Value).ToList();
        return totals.VolumeUsd == (shown.Count == 0 ? null : Math.Round(shown.Sum(), 2, MidpointRounding.ToEven))
            && totals.Unconverted == totals.Rows.Count(r => r is { Volume: not null, VolumeUsd: null });
    });

    [Fact]
    public void The_order_of_what_a_venue_sends_never_matters() => Properties.Hold(
        Venues.Any.SelectMany(venue => Gen.Choose(0, int.MaxValue).Select(seed => (venue, seed))),
        it =>
        {
            var (one, other) = (Totals(it.venue), Totals(Venues.Shuffled(it.venue, it.seed)));
            return one.Rows.SequenceEqual(other.Rows) && one with { Rows = other.Rows } == other;
        });

    [Fact]
    public void What_a_venue_did_not_tell_is_never_zero() => Properties.Hold(Venues.Any, venue =>
    {
        var told = venue.Tickers.ToDictionary(t => t.Symbol);
        return Totals(venue).Rows.All(row => told.TryGetValue(row.Symbol, out var ticker)
            ? row.Last is not 0 && row.Bid is not 0 && row.Ask is not 0
                && (ticker.QuoteVolume is not null || ticker.BaseVolume is not null || row.Volume is null)
            : (row.Last ?? row.Bid ?? row.Ask ?? row.Volume ?? row.VolumeUsd) is null);
    });

    [Fact]
    public void Crossed_books_are_as_good_as_no_books() => Properties.Hold(Venues.Any, venue =>
    {
        var without = venue with
        {
            Tickers = [.. venue.Tickers.Select(t => t.Bid > t.Ask ? t with { Bid = null, Ask = null } : t)],
        };
        return Totals(venue).Rows.Select(r => r.VolumeUsd).SequenceEqual(Totals(without).Rows.Select(r => r.VolumeUsd));
    });

    [Fact]
    public void Volumes_times_a_factor_give_totals_times_it() => Properties.Hold(Venues.Sane, venue =>
    {
        var larger = venue with
        {
            Tickers = [.. venue.Tickers.Select(t => t with { BaseVolume = t.BaseVolume * 1024, QuoteVolume = t.QuoteVolume * 1024 })],
        };
        return Totals(venue).Rows.Zip(Totals(larger).Rows).All(rows => Near(rows.First.VolumeUsd * 1024, rows.Second.VolumeUsd));
    });

    [Fact]
    public void A_market_turned_round_gives_the_same_rates() => Properties.Hold(
        Venues.Sane.SelectMany(venue => Gen.Choose(0, 1000).Select(which => (venue, which))),
        it =>
        {
            // A pair that stands alone between its currencies, so that no other symbol decides instead.
            var lone = it.venue.Markets.Where(m => !it.venue.Markets.Any(o => o.Base == m.Quote && o.Quote == m.Base)).ToList();
            if (lone.Count == 0)
            {
                return true;
            }

            var chosen = lone[it.which % lone.Count];
            var (one, other) = (Probed(Only(it.venue, chosen.Symbol)), Probed(Turned(Only(it.venue, chosen.Symbol), chosen.Symbol)));
            return one.All(rate => Near(rate.Value, other[rate.Key]));
        });

    [Fact]
    public void Rates_are_those_of_the_best_of_all_ways() => Properties.Hold(Venues.Sane, venue =>
        Probed(venue).All(rate => Near(rate.Value, BestWay(venue, rate.Key))));

    // The rule read the slow way: every way of at most two prices, the best one by the contract's order.
    private static decimal? BestWay(VenueMarkets venue, string currency)
    {
        var told = venue.Tickers.ToDictionary(t => t.Symbol);
        var steps = venue.Markets
            .Where(m => m is { Type: "spot", Active: not false } && told.ContainsKey(m.Symbol))
            .Select(m => (m, Price: told[m.Symbol] is var t && t.Last > 0 ? t.Last : t.Bid <= t.Ask ? (t.Bid + t.Ask) / 2 : null))
            .Where(x => x.Price > 0)
            .SelectMany(x => new[]
            {
                (From: x.m.Base, To: x.m.Quote, Rate: x.Price!.Value, x.m.Symbol),
                (From: x.m.Quote, To: x.m.Base, Rate: 1 / x.Price!.Value, x.m.Symbol),
            })
            .ToList();
        return Ways(currency, 2).OrderBy(w => w.Steps).ThenBy(w => w.Rank).ThenBy(w => w.Symbol, StringComparer.Ordinal)
            .Select(w => (decimal?)w.Rate).FirstOrDefault();

        IEnumerable<(int Steps, int Rank, string Symbol, decimal Rate)> Ways(string from, int most)
        {
            var pegged = Stablecoins.Default.Contains(from) && !steps.Any(s => s.From == from && s.To == "USD");
            if (from == "USD" || pegged)
            {
                return [(0, 0, "", 1)];
            }

            return most == 0
                ? []
                : steps.Where(s => s.From == from).SelectMany(s => Ways(s.To, most - 1)
                    .OrderBy(w => w.Steps).ThenBy(w => w.Rank).ThenBy(w => w.Symbol, StringComparer.Ordinal).Take(1)
                    .Select(w => (w.Steps + 1, Array.IndexOf(Bridges, s.To) is >= 0 and var r ? r : 9, s.Symbol, s.Rate * w.Rate)));
        }
    }

    // By currency: the USD volume of a market of its own that trades one unit of it.
    private static Dictionary<string, decimal?> Probed(VenueMarkets venue)
    {
        var currencies = venue.Markets.SelectMany(m => new[] { m.Base, m.Quote }).Distinct().ToList();
        var probes = currencies.Select(c => new VenueMarket($"PROBE/{c}", "margin", "PROBE", c, null, true, false, null, false));
        var volumes = currencies.Select(c => new VenueTicker($"PROBE/{c}", null, null, null, null, 1_000_000, null, null));
        return Totals(venue with { Markets = [.. venue.Markets, .. probes], Tickers = [.. venue.Tickers, .. volumes] })
            .Rows.Where(r => r.Quote == "PROBE").ToDictionary(r => r.Base, r => r.VolumeUsd / 1_000_000);
    }

    private static VenueMarkets Only(VenueMarkets venue, string priced) => venue with
    {
        Markets = [.. venue.Markets.Select(m => m.Symbol == priced ? m with { Type = "spot", Active = true } : m)],
        Tickers = [.. venue.Tickers.Select(t => t.Symbol == priced ? t with { Last = t.Last ?? 1, Bid = null, Ask = null } : t)],
    };

    private static VenueMarkets Turned(VenueMarkets venue, string symbol) => venue with
    {
        // The symbol stays, so that ties go the same way.
        Markets = [.. venue.Markets.Select(m => m.Symbol == symbol ? m with { Base = m.Quote, Quote = m.Base } : m)],
        Tickers = [.. venue.Tickers.Select(t => t.Symbol == symbol ? t with { Last = 1 / t.Last } : t)],
    };

    // Volumes in USD are rounded to 8 decimals; a factor of 1,024 makes 5e-6 of that.
    private static bool Near(decimal? a, decimal? b) =>
        a is null || b is null ? a == b : Math.Abs(a.Value - b.Value) <= 0.000_01m * Math.Max(1, Math.Abs(a.Value));

    private static MarketGathering Totals(VenueMarkets venue) => MarketTotals.Of(venue, Stablecoins.Default);
}
