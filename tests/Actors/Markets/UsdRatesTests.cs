using Xunit;

namespace MarketManager.Actors.Tests.Markets;

/// <summary>What one unit of a currency is worth: told by the USD volume of a market with a volume of 1 in it.</summary>
public sealed class UsdRatesTests
{
    [Fact]
    public void USD_is_worth_one() => Assert.Equal(1, Worth("USD", new()));

    [Fact]
    public void A_price_converts_in_either_direction()
    {
        Assert.Equal(0.25m, Worth("X", new Gathered().Spot("X/USD", last: 0.25m)));
        Assert.Equal(0.25m, Worth("X", new Gathered().Spot("USD/X", last: 4)));
    }

    [Fact]
    public void Two_prices_convert_in_any_directions()
    {
        Assert.Equal(6, Worth("X", new Gathered().Spot("X/Y", last: 2).Spot("Y/USD", last: 3)));
        Assert.Equal(6, Worth("X", new Gathered().Spot("Y/X", last: 0.5m).Spot("Y/USD", last: 3)));
        Assert.Equal(16, Worth("X", new Gathered().Spot("X/Y", last: 2).Spot("USD/Y", last: 0.125m)));
        Assert.Equal(16, Worth("X", new Gathered().Spot("Y/X", last: 0.5m).Spot("USD/Y", last: 0.125m)));
    }

    [Fact]
    public void Three_steps_are_too_many() =>
        Assert.Null(Worth("X", new Gathered().Spot("X/Y", last: 2).Spot("Y/Z", last: 3).Spot("Z/USD", last: 5)));

    [Fact]
    public void A_cycle_that_never_meets_USD_is_worth_nothing() =>
        Assert.Null(Worth("X", new Gathered().Spot("X/Y", last: 2).Spot("Y/Z", last: 3).Spot("Z/X", last: 5)));

    [Fact]
    public void A_cycle_that_meets_USD_takes_the_shortest_way() => Assert.Equal(
        30, Worth("X", new Gathered().Spot("X/Y", last: 2).Spot("Y/Z", last: 3).Spot("Z/X", last: 5).Spot("Y/USD", last: 15)));

    [Fact]
    public void Fewer_steps_win_over_a_better_bridge() =>
        Assert.Equal(7, Worth("X", new Gathered().Spot("X/BTC", last: 2).Spot("BTC/USD", last: 3).Spot("X/USD", last: 7)));

    [Fact]
    public void Of_equally_many_steps_the_better_bridge_wins()
    {
        var venue = new Gathered().Spot("AAA/USD", last: 11).Spot("X/AAA", last: 1);
        Assert.Equal(11, Worth("X", venue));
        Assert.Equal(13, Worth("X", venue.Spot("BNB/USD", last: 13).Spot("X/BNB", last: 1)));
        Assert.Equal(17, Worth("X", venue.Spot("ETH/USD", last: 17).Spot("X/ETH", last: 1)));
        Assert.Equal(19, Worth("X", venue.Spot("BTC/USD", last: 19).Spot("X/BTC", last: 1)));
        Assert.Equal(23, Worth("X", venue.Spot("USDC/USD", last: 23).Spot("X/USDC", last: 1)));
        Assert.Equal(29, Worth("X", venue.Spot("USDT/USD", last: 29).Spot("X/USDT", last: 1)));
    }

    [Fact]
    public void USD_wins_over_a_stablecoin_at_one() =>
        Assert.Equal(2, Worth("X", new Gathered().Spot("X/USDT", last: 3).Spot("X/USD", last: 2)));

    [Fact]
    public void Of_equal_bridges_the_first_symbol_wins() => Assert.Equal(
        5, Worth("X", new Gathered().Spot("X/USD", last: 7).Spot("USD/X", last: 0.2m)));

    [Fact]
    public void A_stablecoin_without_a_price_in_USD_is_worth_one() =>
        Assert.Equal(1, Worth("USDT", new Gathered().Spot("USDC/USDT", last: 5)));

    [Fact]
    public void A_stablecoin_with_a_price_in_USD_is_worth_that() =>
        Assert.Equal(0.9m, Worth("USDT", new Gathered().Spot("USDT/USD", last: 0.9m)));

    [Fact]
    public void A_stablecoin_whose_market_in_USD_has_no_price_is_worth_one() =>
        Assert.Equal(1, Worth("USDT", new Gathered().Spot("USDT/USD", bid: 2, ask: 1)));

    [Fact]
    public void Which_coins_are_stable_is_a_setting()
    {
        Assert.Equal(1, Worth("USDT", new()));
        Assert.Null(Worth("USDT", new(), "MUSD"));
        Assert.Equal(1, Worth("MUSD", new(), "musd"));
    }

    [Fact]
    public void A_stablecoin_at_one_takes_no_step() => Assert.Equal(
        6, Worth("X", new Gathered().Spot("X/BTC", last: 2).Spot("BTC/USDT", last: 3)));

    [Fact]
    public void Without_a_last_price_the_middle_of_the_book_converts() =>
        Assert.Equal(2.5m, Worth("X", new Gathered().Spot("X/USD", bid: 2, ask: 3)));

    [Theory]
    [InlineData(3, 2)]
    [InlineData(0, 2)]
    [InlineData(-1, 2)]
    [InlineData(2, 0)]
    public void A_book_that_is_crossed_or_not_above_zero_does_not_convert(int bid, int ask) =>
        Assert.Null(Worth("X", new Gathered().Spot("X/USD", bid: bid, ask: ask)));

    [Fact]
    public void A_last_price_converts_whatever_the_book_says() =>
        Assert.Equal(7, Worth("X", new Gathered().Spot("X/USD", last: 7, bid: 3, ask: 2)));

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_last_price_that_is_not_above_zero_gives_way_to_the_book(int last) =>
        Assert.Equal(2.5m, Worth("X", new Gathered().Spot("X/USD", last: last, bid: 2, ask: 3)));

    [Fact]
    public void Only_active_spot_markets_convert()
    {
        Assert.Null(Worth("X", new Gathered().Spot("X/USD", last: 2, active: false)));
        Assert.Null(Worth("X", new Gathered().Spot("X/USD", last: 2, type: "margin")));
        Assert.Null(Worth("X", new Gathered().Contract("X/USD:USD", size: 1, traded: null, last: 2)));
        Assert.Equal(2, Worth("X", new Gathered().Spot("X/USD", last: 2, active: null)));
    }

    [Fact]
    public void An_absurd_price_leads_nowhere_and_leaves_the_other_way()
    {
        var venue = new Gathered().Spot("USD/X", last: decimal.MaxValue).Spot("X/BTC", last: 2).Spot("BTC/USD", last: 3);
        Assert.Equal(6, Worth("X", venue));
    }

    private static decimal? Worth(string currency, Gathered venue, params string[] stablecoins)
    {
        const string Probe = "PROBE";
        return venue.Spot($"{Probe}/{currency}", volume: 1).Totals(stablecoins).Row($"{Probe}/{currency}").VolumeUsd;
    }
}
