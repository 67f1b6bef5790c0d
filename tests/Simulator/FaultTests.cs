using System.Net;
using System.Text.Json;

namespace MarketManager.Simulator.Tests;

public sealed class FaultTests
{
    private const string Tickers = "/api/v3/ticker/24hr";

    [Fact]
    public async Task Latency_holds_the_right_answer_back()
    {
        await using var venue = await Venue.Open();
        var right = await venue.Bytes(Tickers);
        await venue.Order(new { path = Tickers, kind = "latency", milliseconds = 300, count = 1 });
        var late = venue.Bytes(Tickers);
        await venue.UntilHeldBack();
        Assert.False(late.IsCompleted);
        venue.Clock.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal(right, await late);
    }

    [Theory]
    [InlineData("rate_limit", 7, HttpStatusCode.TooManyRequests, "7")]
    [InlineData("rate_limit", null, HttpStatusCode.TooManyRequests, "5")]
    [InlineData("ban", 60, (HttpStatusCode)418, "60")]
    [InlineData("ban", null, (HttpStatusCode)418, "120")]
    public async Task A_refusal_says_how_long_to_stay_away(string kind, int? seconds, HttpStatusCode status, string header)
    {
        await using var venue = await Venue.Open();
        await venue.Order(new { path = Tickers, kind, retry_after = seconds });
        using var response = await venue.Client.GetAsync(Tickers);
        Assert.Equal((status, header), (response.StatusCode, Assert.Single(response.Headers.GetValues("Retry-After"))));
        Assert.Equal((status, -1003), await venue.Refusal(Tickers));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.ServiceUnavailable)]
    [InlineData(502, HttpStatusCode.BadGateway)]
    public async Task An_error_has_the_status_that_was_ordered(int? status, HttpStatusCode expected)
    {
        await using var venue = await Venue.Open();
        await venue.Order(new { kind = "error", status });
        Assert.Equal((expected, -1000), await venue.Refusal("/api/v3/time"));
    }

    [Theory]
    [InlineData("malformed")]
    [InlineData("truncated")]
    public async Task A_broken_answer_is_200_and_no_json(string kind)
    {
        await using var venue = await Venue.Open();
        await venue.Order(new { path = Tickers, kind });
        using var response = await venue.Client.GetAsync(Tickers);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(body));
    }

    [Fact]
    public async Task A_truncated_answer_is_the_first_half_of_the_right_one()
    {
        await using var venue = await Venue.Open();
        var whole = await venue.Bytes(Tickers);
        await venue.Order(new { path = Tickers, kind = "truncated" });
        Assert.Equal(whole[..(whole.Length / 2)], await venue.Bytes(Tickers));
    }

    [Fact]
    public async Task A_hang_lasts_until_the_client_goes_away()
    {
        await using var venue = await Venue.Open();
        await venue.Order(new { path = Tickers, kind = "hang", count = 1 });
        using var patience = new CancellationTokenSource();
        var answer = venue.Client.GetAsync(Tickers, patience.Token);
        await venue.UntilAsked(Tickers);
        venue.Clock.Advance(TimeSpan.FromDays(1));
        Assert.False(answer.IsCompleted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    [Fact]
    public async Task Stopping_cuts_off_a_request_that_hangs()
    {
        await using var venue = await Venue.Open();
        await venue.Order(new { kind = "hang" });
        var answer = venue.Client.GetAsync(Tickers);
        await venue.UntilAsked(Tickers);
        await venue.Stop();
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
    }

    [Fact]
    public async Task A_reset_breaks_the_connection()
    {
        await using var venue = await Venue.Open();
        await venue.Order(new { path = Tickers, kind = "reset", count = 1 });
        await Assert.ThrowsAsync<HttpRequestException>(() => venue.Client.GetAsync(Tickers));
        Assert.Equal(120, (await venue.Get(Tickers)).GetArrayLength());
    }

    [Fact]
    public async Task Absurd_tickers_are_json_with_another_absurdity_each()
    {
        await using var venue = await Venue.Open();
        await venue.Order(new { path = Tickers, kind = "absurd" });
        var tickers = await venue.Get(Tickers);
        Assert.StartsWith("-", tickers[0].Text("lastPrice"), StringComparison.Ordinal);
        Assert.Equal("1e400", tickers[1].Text("lastPrice"));
        Assert.Equal("NaN", tickers[2].Text("lastPrice"));
        Assert.True(tickers[3].Decimal("bidPrice") > tickers[3].Decimal("askPrice"));
        Assert.Equal(JsonValueKind.Null, tickers[4].GetProperty("lastPrice").ValueKind);
        Assert.Equal(11, tickers[5].EnumerateObject().Count());
        Assert.Equal("", tickers[6].Text("lastPrice"));
        Assert.Equal(120, tickers.GetArrayLength());
    }

    [Theory]
    [InlineData("/api/v3/exchangeInfo")]
    [InlineData("/api/v3/ticker/price?symbol=BTCUSDT")]
    [InlineData("/api/v3/depth?symbol=BTCUSDT")]
    [InlineData("/api/v3/trades?symbol=BTCUSDT")]
    [InlineData("/api/v3/klines?symbol=BTCUSDT&interval=1m")]
    public async Task Every_answer_can_be_absurd(string path)
    {
        await using var venue = await Venue.Open();
        var right = await venue.Bytes(path);
        await venue.Order(new { kind = "absurd" });
        var absurd = await venue.Bytes(path);
        Assert.NotEqual(right, absurd);
        using var parsed = JsonDocument.Parse(absurd);
    }

    [Fact]
    public async Task An_absurd_book_is_crossed()
    {
        await using var venue = await Venue.Open();
        await venue.Order(new { kind = "absurd" });
        var book = await venue.Get("/api/v3/depth?symbol=BTCUSDT");
        Assert.True(book.GetProperty("bids")[0][0].Decimal() > book.GetProperty("asks")[0][0].Decimal());
    }

    [Fact]
    public async Task A_fault_befalls_its_path_as_often_as_ordered_and_then_the_next_in_the_list()
    {
        await using var venue = await Venue.Open();
        using var ordered = await venue.Put("/control/faults", new
        {
            faults = new object[]
            {
                new { path = Tickers, kind = "error", status = 500, count = 2 },
                new { kind = "error", status = 501, count = 1 },
            },
        });
        Assert.Equal(
            [HttpStatusCode.InternalServerError, HttpStatusCode.InternalServerError, HttpStatusCode.NotImplemented, HttpStatusCode.OK],
            [await Status(Tickers), await Status(Tickers), await Status("/api/v3/ping"), await Status(Tickers)]);

        async Task<HttpStatusCode> Status(string path)
        {
            using var response = await venue.Client.GetAsync(path);
            return response.StatusCode;
        }
    }
}
