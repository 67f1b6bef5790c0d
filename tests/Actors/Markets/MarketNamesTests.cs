using Xunit;

namespace MarketManager.Actors.Tests.Markets;

public sealed class MarketNamesTests
{
    [Theory]
    [InlineData("ETH/USDT", "USDT-ETH")]
    [InlineData("USDT/ETH", "ETH-USDT")]
    public void A_spot_market_is_named_with_its_pricing_currency_first(string symbol, string name) =>
        Assert.Equal(name, new Gathered().Spot(symbol).Totals().Row(symbol).Name);

    [Theory]
    [InlineData("BTC/USDT:USDT", "USDT-BTC:USDT")]
    [InlineData("BTC/USDT:USDT-261225", "USDT-BTC:USDT-261225")]
    [InlineData("BTC/USD:BTC-261225-50000-C", "USD-BTC:BTC-261225-50000-C")]
    public void A_derivative_is_named_with_what_tells_it_apart_behind(string symbol, string name) =>
        Assert.Equal(name, new Gathered().Contract(symbol, size: 1, traded: null).Totals().Row(symbol).Name);

    [Fact]
    public void Names_of_one_exchange_are_unique()
    {
        var first = new Gathered().Spot("C/A-B").Spot("B-C/A").Totals();
        var second = new Gathered().Spot("B-C/A").Spot("C/A-B").Totals();

        Assert.Equal(["A-B-C", "A-B-C C/A-B"], first.Rows.Select(r => r.Name));
        Assert.Equal(first.Rows, second.Rows);
    }
}
