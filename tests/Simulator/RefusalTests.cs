using System.Net;

namespace MarketManager.Simulator.Tests;

public sealed class RefusalTests
{
    [Theory]
    [InlineData("depth", -1102)]
    [InlineData("depth?symbol=", -1105)]
    [InlineData("depth?symbol=btcusdt", -1100)]
    [InlineData("depth?symbol=NOPE", -1121)]
    [InlineData("depth?symbol=BTCUSDT&limit=0", -1130)]
    [InlineData("depth?symbol=BTCUSDT&limit=-1", -1100)]
    [InlineData("depth?symbol=BTCUSDT&limit=99999999999999999999", -1100)]
    [InlineData("depth?symbol=BTCUSDT&symbolStatus=HALT", -1220)]
    [InlineData("depth?symbol=BTCUSDT&depth=5", -1104)]
    [InlineData("ping?x=1", -1104)]
    [InlineData("klines?symbol=BTCUSDT", -1102)]
    [InlineData("klines?symbol=BTCUSDT&interval=7m", -1120)]
    [InlineData("klines?symbol=BTCUSDT&interval=1m&startTime=yesterday", -1100)]
    [InlineData("ticker/24hr?symbol=BTCUSDT&symbols=[\"BTCUSDT\"]", -1128)]
    [InlineData("ticker/24hr?symbols=BTCUSDT", -1100)]
    [InlineData("ticker/24hr?symbols=[]", -1130)]
    [InlineData("ticker/24hr?symbols=[\"BTCUSDT\",\"NOPE\"]", -1121)]
    [InlineData("ticker/24hr?type=HUGE", -1130)]
    [InlineData("ticker/price?symbolStatus=CANCEL_ONLY", -1130)]
    [InlineData("exchangeInfo?symbol=BTCUSDT&permissions=SPOT", -1128)]
    [InlineData("exchangeInfo?symbol=BTCUSDT&symbolStatus=TRADING", -1128)]
    [InlineData("aggTrades?symbol=BTCUSDT&fromId=1&startTime=1", -1128)]
    public async Task A_bad_parameter_is_refused_with_the_code_of_the_venue(string path, int code)
    {
        await using var venue = await Venue.Open();
        Assert.Equal((HttpStatusCode.BadRequest, code), await venue.Refusal("/api/v3/" + path));
    }

    [Fact]
    public async Task An_unknown_path_is_404_and_another_method_405()
    {
        await using var venue = await Venue.Open();
        using var unknown = await venue.Client.GetAsync("/api/v3/nothing");
        using var posted = await venue.Client.PostAsync("/api/v3/ping", null);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed), (unknown.StatusCode, posted.StatusCode));
    }

    [Theory]
    [InlineData("http://127.0.0.1:0", 0, 6000, "1 to 3000 symbols")]
    [InlineData("http://127.0.0.1:0", 3001, 6000, "1 to 3000 symbols")]
    [InlineData("http://127.0.0.1:0", 10, 0, "weight limit must be at least 1")]
    [InlineData("http://0.0.0.0:0", 10, 6000, "loopback")]
    [InlineData("https://127.0.0.1:0", 10, 6000, "http on a loopback")]
    [InlineData("nowhere", 10, 6000, "'nowhere'")]
    public async Task Options_outside_their_range_are_refused_by_name(string url, int symbols, int weightLimit, string says)
    {
        var options = new SimulatorOptions { Url = url, Symbols = symbols, WeightLimit = weightLimit };
        var error = await Assert.ThrowsAsync<ArgumentException>(() => SimulatorServer.Start(options, TimeProvider.System));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_fails_the_start()
    {
        await using var venue = await Venue.Open();
        var options = new SimulatorOptions { Url = venue.Client.BaseAddress!.ToString() };
        await Assert.ThrowsAnyAsync<IOException>(() => SimulatorServer.Start(options, TimeProvider.System));
    }
}
