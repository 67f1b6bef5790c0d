using System.Text;
using System.Text.Json;
using MarketManager.Actors.Venues;
using MarketManager.Venues.Ccxt;

namespace MarketManager.Venues.Tests.Ccxt;

public class GatherAnswerTests
{
    private const string Markets = """[["ETH/USDT","spot","ETH","USDT",null,true,false,null,false],["BTC/USD:BTC","swap","BTC","USD","BTC",null,true,"100",true]]""";

    [Fact]
    public void Markets_and_tickers_are_read_exactly()
    {
        var answer = Read($$"""{"version":"v1","markets":{{Markets}},"tickers":[[0,"1.2500","1.24",1.26,"10","12.5","1.1",1700000000123]]}""");

        Assert.Equal("v1", answer.Markets.Version);
        Assert.Equal(
            [
                new VenueMarket("ETH/USDT", "spot", "ETH", "USDT", null, true, false, null, false),
                new VenueMarket("BTC/USD:BTC", "swap", "BTC", "USD", "BTC", null, true, 100m, true),
            ],
            answer.Markets.List);
        Assert.Equal(
            [new VenueTicker("ETH/USDT", 1.25m, 1.24m, 1.26m, 10m, 12.5m, 1.1m, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123))],
            answer.Tickers);
        Assert.Equal(0, answer.Rejected);
    }

    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("\"1e400\"")]
    [InlineData("1e400")]
    [InlineData("\"\"")]
    [InlineData("\" 1\"")]
    [InlineData("\"1,5\"")]
    [InlineData("\"0x10\"")]
    [InlineData("\"overlong\"")]
    [InlineData("\"99999999999999999999999999999999\"")]
    public void What_fits_no_decimal_is_null_and_counted(string value)
    {
        var answer = Read($$"""{"version":"v1","markets":{{Markets}},"tickers":[[0,{{value}},null,"2",null,null,null,null]]}""");

        Assert.Null(answer.Tickers[0].Last);
        Assert.Equal(2m, answer.Tickers[0].Ask);
        Assert.Equal(1, answer.Rejected);
    }

    [Theory]
    [InlineData("\"1e-7\"", "0.0000001")]
    [InlineData("1e-7", "0.0000001")]
    [InlineData("\"-5\"", "-5")]
    [InlineData("\"0\"", "0")]
    [InlineData("0.1", "0.1")]
    public void What_is_a_decimal_is_kept_however_it_is_written(string value, string expected)
    {
        var answer = Read($$"""{"version":"v1","markets":{{Markets}},"tickers":[[0,{{value}},null,null,null,null,null,null]]}""");

        Assert.Equal(decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), answer.Tickers[0].Last);
        Assert.Equal(0, answer.Rejected);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1e20")]
    public void A_time_outside_of_the_calendar_is_null_and_counted(string time)
    {
        var answer = Read($$"""{"version":"v1","markets":{{Markets}},"tickers":[[0,null,null,null,null,null,null,{{time}}]]}""");

        Assert.Null(answer.Tickers[0].At);
        Assert.Equal(1, answer.Rejected);
    }

    [Fact]
    public void Unchanged_markets_are_the_list_that_was_held()
    {
        var held = Read($$"""{"version":"v1","markets":{{Markets}},"tickers":[]}""").Markets;
        var answer = GatherAnswer.Read("""{"version":"v1","tickers":[[1,null,null,null,null,null,null,null]]}"""u8, held);

        Assert.Same(held, answer.Markets);
        Assert.Equal("BTC/USD:BTC", Assert.Single(answer.Tickers).Symbol);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"version":"other","tickers":[]}""")]
    [InlineData("""{"version":"","tickers":[[0,null,null,null,null,null,null,null]]}""")]
    [InlineData("""{"version":"","tickers":[[]]}""")]
    [InlineData("""{"version":"","markets":[["ETH/USDT"]]}""")]
    [InlineData("""{"version":"","extra":1}""")]
    [InlineData("""{"version":""")]
    public void What_is_no_answer_is_garbage(string json)
    {
        Assert.ThrowsAny<JsonException>(() => GatherAnswer.Read(Encoding.UTF8.GetBytes(json), FeedMarkets.None));
    }

    private static GatherAnswer Read(string json) => GatherAnswer.Read(Encoding.UTF8.GetBytes(json), FeedMarkets.None);
}
