using MarketManager.Actors.Markets;
using MarketManager.Actors.Venues;
using Xunit;

namespace MarketManager.Actors.Tests.Markets;

public sealed class MarketTotalsTests
{
    [Fact]
    public void A_row_has_the_pricing_currency_as_its_base()
    {
        var at = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
        var sent = new VenueMarkets(
            [new("ETH/USDT", "spot", "ETH", "USDT", null, null, false, null, false)],
            [new("ETH/USDT", 3000m, 2999m, 3001m, 10m, 30_000m, 3000m, at)],
            0);

        Assert.Equal(
            new MarketRow("ETH/USDT", "USDT-ETH", "spot", "USDT", "ETH", 30_000m, 30_000m, 3000m, 2999m, 3001m, null, at),
            Assert.Single(MarketTotals.Of(sent, Stablecoins.Default).Rows));
    }

    [Fact]
    public void Totals_of_a_small_venue_are_exact()
    {
        var totals = new Gathered()
            .Spot("BTC/USDT", last: 100_000, volume: 5_000_000)
            .Spot("ETH/BTC", last: 0.03m, volume: 60)
            .Spot("BTC/EUR", last: 80_000, volume: 1000)
            .Spot("DOGE/USDT")
            .Totals();

        Assert.Equal(5_000_000 + (60 * 100_000) + (1000 * 100_000 / 80_000), totals.VolumeUsd);
        Assert.Equal("BTC-ETH", totals.TopPair);
        Assert.Equal(60, totals.TopPairVolume);
        Assert.Equal((4, 3, 0, 0), (totals.Markets, totals.Tickers, totals.Unconverted, totals.Rejected));
    }

    [Fact]
    public void Volume_is_the_quote_volume_even_where_others_are_told()
    {
        var totals = new Gathered().Spot("A/USD", last: 2, volume: 7, traded: 100, vwap: 3).Totals();
        Assert.Equal(7, totals.Row("A/USD").Volume);
    }

    [Fact]
    public void Volume_without_a_quote_volume_is_the_base_volume_at_the_average_price()
    {
        var totals = new Gathered().Spot("A/USD", last: 2, traded: 100, vwap: 3).Totals();
        Assert.Equal(300, totals.Row("A/USD").Volume);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(-1)]
    public void Volume_without_an_average_price_is_the_base_volume_at_the_last_price(int? vwap)
    {
        var totals = new Gathered().Spot("A/USD", last: 2, traded: 100, vwap: vwap).Totals();
        Assert.Equal(200, totals.Row("A/USD").Volume);
    }

    [Fact]
    public void Volume_without_any_price_is_unknown()
    {
        var totals = new Gathered().Spot("A/USD", traded: 100, bid: 1, ask: 2).Totals();
        Assert.Null(totals.Row("A/USD").Volume);
    }

    [Fact]
    public void Volume_of_zero_is_known()
    {
        var totals = new Gathered().Spot("A/USD", last: 2, volume: 0).Totals();
        Assert.Equal((0m, 0m, 0m), (totals.Row("A/USD").Volume, totals.Row("A/USD").VolumeUsd, totals.VolumeUsd));
        Assert.Equal("USD-A", totals.TopPair);
    }

    [Fact]
    public void Contracts_count_times_their_size()
    {
        var totals = new Gathered().Contract("BTC/USD:USD", size: 0.01m, traded: 200, last: 90_000).Totals();
        Assert.Equal(180_000, totals.Row("BTC/USD:USD").Volume);
    }

    [Fact]
    public void Inverse_contracts_count_times_their_size_in_dollars_whatever_the_price()
    {
        var totals = new Gathered().Contract("BTC/USD:BTC", size: 100, traded: 200, last: 90_000, inverse: true).Totals();
        Assert.Equal((20_000m, 20_000m), (totals.Row("BTC/USD:BTC").Volume, totals.Row("BTC/USD:BTC").VolumeUsd));
    }

    [Fact]
    public void Contracts_of_unknown_size_have_no_volume_unless_it_is_told_in_the_pricing_currency()
    {
        var totals = new Gathered()
            .Contract("A/USD:USD", size: null, traded: 200, last: 5)
            .Contract("B/USD:USD", size: null, traded: 200, last: 5, volume: 1000)
            .Totals();

        Assert.Null(totals.Row("A/USD:USD").Volume);
        Assert.Equal(1000, totals.Row("B/USD:USD").Volume);
    }

    [Fact]
    public void A_market_without_a_ticker_keeps_null_prices()
    {
        var row = new Gathered().Spot("A/USD").Totals().Row("A/USD");
        Assert.Equal(new MarketRow("A/USD", "USD-A", "spot", "USD", "A", null, null, null, null, null, true, null), row);
    }

    [Fact]
    public void Prices_of_zero_and_below_are_shown_as_null_and_only_those_below_are_counted()
    {
        var totals = new Gathered().Spot("A/USD", last: -1, bid: 0, ask: -3, volume: -5).Totals();
        var row = totals.Row("A/USD");
        Assert.Equal((null, null, null, null), (row.Last, row.Bid, row.Ask, row.Volume));
        Assert.Equal(3, totals.Rejected);
    }

    [Fact]
    public void What_the_venue_sent_and_is_no_number_stays_counted() =>
        Assert.Equal(7, MarketTotals.Of(new Gathered().Spot("A/USD", last: 1).Sent(rejected: 7), Stablecoins.Default).Rejected);

    [Fact]
    public void A_crossed_book_is_shown_as_told()
    {
        var row = new Gathered().Spot("A/USD", bid: 3, ask: 2).Totals().Row("A/USD");
        Assert.Equal((3m, 2m), (row.Bid, row.Ask));
    }

    [Fact]
    public void A_volume_that_no_decimal_holds_is_null_and_counted()
    {
        var totals = new Gathered().Spot("A/USD", last: Gathered.Number("1e20"), traded: Gathered.Number("1e20")).Totals();
        Assert.Null(totals.Row("A/USD").Volume);
        Assert.Null(totals.VolumeUsd);
        Assert.Equal((0, 1), (totals.Unconverted, totals.Rejected));
    }

    [Fact]
    public void An_absurd_volume_is_shown_but_left_out_of_the_total()
    {
        var totals = new Gathered()
            .Spot("A/USD", last: 1, volume: decimal.MaxValue)
            .Spot("B/USD", last: 1, volume: MarketTotals.MaxVolumeUsd)
            .Totals();

        Assert.Equal((decimal.MaxValue, null), (totals.Row("A/USD").Volume, totals.Row("A/USD").VolumeUsd));
        Assert.Equal(MarketTotals.MaxVolumeUsd, totals.VolumeUsd);
        Assert.Equal(("USD-B", 1, 1), (totals.TopPair, totals.Unconverted, totals.Rejected));
    }

    [Fact]
    public void The_largest_decimals_everywhere_throw_nothing()
    {
        var totals = new Gathered()
            .Spot("A/USD", decimal.MaxValue, null, decimal.MaxValue, decimal.MaxValue, decimal.MaxValue, decimal.MaxValue)
            .Spot("USD/B", decimal.MaxValue, decimal.MaxValue, decimal.MaxValue, decimal.MaxValue)
            .Spot("A/B", Gathered.Number("1e-28"), decimal.MaxValue)
            .Spot("C/A", bid: decimal.MaxValue, ask: decimal.MaxValue, volume: 1)
            .Contract("D/USD:USD", decimal.MaxValue, decimal.MaxValue, last: decimal.MaxValue)
            .Totals();

        Assert.Equal(5, totals.Markets);
    }

    [Fact]
    public void What_cannot_be_converted_is_left_out_of_the_total()
    {
        var totals = new Gathered().Spot("A/USD", last: 1, volume: 10).Spot("B/KRW", last: 1, volume: 99).Totals();
        Assert.Equal((10m, 1, "USD-A"), (totals.VolumeUsd, totals.Unconverted, totals.TopPair));
        Assert.Equal((99m, null), (totals.Row("B/KRW").Volume, totals.Row("B/KRW").VolumeUsd));
    }

    [Fact]
    public void Where_nothing_can_be_converted_the_totals_are_null()
    {
        var totals = new Gathered().Spot("B/KRW", last: 1, volume: 99).Totals();
        Assert.Equal((null, null, null, 1), (totals.VolumeUsd, totals.TopPair, totals.TopPairVolume, totals.Unconverted));
    }

    [Fact]
    public void A_venue_without_markets_has_null_totals()
    {
        var totals = MarketTotals.Of(new([], [], 0), Stablecoins.Default);
        Assert.Empty(totals.Rows);
        Assert.Null(totals.VolumeUsd);
    }

    [Theory]
    [InlineData("0.125", "0.12")]
    [InlineData("0.135", "0.14")]
    [InlineData("0.1250001", "0.13")]
    public void The_total_is_rounded_half_to_even(string volume, string total) => Assert.Equal(
        Gathered.Number(total), new Gathered().Spot("A/USD", last: 1, volume: Gathered.Number(volume)).Totals().VolumeUsd);

    [Fact]
    public void The_total_is_rounded_once_not_per_market()
    {
        var totals = new Gathered().Spot("A/USD", last: 1, volume: 0.004m).Spot("B/USD", last: 1, volume: 0.004m).Totals();
        Assert.Equal(0.01m, totals.VolumeUsd);
    }

    [Fact]
    public void The_top_pair_is_the_first_by_symbol_of_those_with_equal_volume()
    {
        var totals = new Gathered().Spot("B/USD", last: 1, volume: 5).Spot("A/USD", last: 1, volume: 5).Totals();
        Assert.Equal("USD-A", totals.TopPair);
    }

    [Fact]
    public void The_volume_of_the_top_pair_is_in_its_pricing_currency()
    {
        var totals = new Gathered().Spot("BTC/USD", last: 100_000, volume: 50).Spot("A/BTC", last: 1, volume: 2).Totals();
        Assert.Equal(("BTC-A", 2m, 200_050m), (totals.TopPair, totals.TopPairVolume, totals.VolumeUsd));
    }

    [Fact]
    public void Of_markets_and_tickers_that_share_a_symbol_the_first_counts()
    {
        var totals = new Gathered()
            .Spot("A/USD", last: 1, volume: 10)
            .Spot("A/USD", last: 2, volume: 20, type: "margin")
            .Totals();

        var row = Assert.Single(totals.Rows);
        Assert.Equal(("spot", 1m, 10m, 1), (row.Type, row.Last, totals.VolumeUsd, totals.Tickers));
    }

    [Fact]
    public void A_ticker_of_an_unknown_market_is_ignored()
    {
        var totals = new Gathered().Spot("A/USD", last: 1).Ticker("X/USD", 5).Totals();
        Assert.Equal((1, 1), (totals.Markets, totals.Tickers));
    }

    [Fact]
    public void A_list_of_markets_that_comes_again_takes_the_new_prices()
    {
        var first = new Gathered().Spot("A/USD", last: 1, volume: 10).Sent();
        Assert.Equal(10, MarketTotals.Of(first, Stablecoins.Default).VolumeUsd);

        var second = first with { Tickers = [first.Tickers[0] with { QuoteVolume = 30 }] };
        Assert.Equal(30, MarketTotals.Of(second, Stablecoins.Default).VolumeUsd);
    }
}
