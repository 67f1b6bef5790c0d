using MarketManager.Actors.Markets;
using MarketManager.Api.Tests.Fakes;

namespace MarketManager.Api.Tests;

public sealed class ListTests
{
    private const string Many = "/api/exchanges/";

    private static readonly MarketRow Row = new(
        "ETH/USDT", "USDT-ETH", "spot", "USDT", "ETH", 12.340m, null, 0.000000010m, 79228162514264337593543950335m, -0.0m, true,
        FakeExchanges.Created);

    [Fact]
    public async Task Pages_link_to_their_neighbours_and_keep_the_rest_of_the_query()
    {
        await using var api = await ApiServer.Start();
        Fill(api, 25);
        var first = (await api.Get("/api/exchanges?limit=10&name=a%26b&ordering=-name")).Json;
        Assert.Equal(25, first.GetProperty("count").GetInt32());
        Assert.Equal(10, first.GetProperty("results").GetArrayLength());
        Assert.Null(first.GetProperty("previous").GetString());
        Assert.Equal("/api/exchanges?name=a%26b&ordering=-name&limit=10&offset=10", first.GetProperty("next").GetString());
        var second = (await api.Get(first.GetProperty("next").GetString()!)).Json;
        Assert.Equal("/api/exchanges?name=a%26b&ordering=-name&limit=10&offset=20", second.GetProperty("next").GetString());
        Assert.Equal("/api/exchanges?name=a%26b&ordering=-name&limit=10", second.GetProperty("previous").GetString());
        var third = (await api.Get(second.GetProperty("next").GetString()!)).Json;
        Assert.Null(third.GetProperty("next").GetString());
        Assert.Equal(5, third.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task A_page_has_100_by_default_and_one_beyond_the_end_leads_back()
    {
        await using var api = await ApiServer.Start();
        Fill(api, 150);
        var first = (await api.Get(Many)).Json;
        Assert.Equal(100, first.GetProperty("results").GetArrayLength());
        Assert.Equal("/api/exchanges/?offset=100", first.GetProperty("next").GetString());
        var beyond = (await api.Get(Many + "?offset=1000")).Json;
        Assert.Equal(0, beyond.GetProperty("results").GetArrayLength());
        Assert.Equal("/api/exchanges/?offset=50", beyond.GetProperty("previous").GetString());
    }

    [Fact]
    public async Task An_empty_list_is_a_page_with_nothing_on_it()
    {
        await using var api = await ApiServer.Start();
        Assert.Equal("""{"count":0,"next":null,"previous":null,"results":[]}""", (await api.Get("/api/markets/")).Text);
    }

    [Fact]
    public async Task Csv_and_ndjson_hold_everything_unless_a_limit_is_given()
    {
        await using var api = await ApiServer.Start();
        Fill(api, 1500);
        Assert.Equal(1501, Lines(await api.Get(Many + "?format=csv"), "text/csv; charset=utf-8; header=present", "\r\n"));
        Assert.Equal(1500, Lines(await api.Get(Many + "?format=ndjson"), "application/x-ndjson", "\n"));
        Assert.Equal(11, Lines(await api.Get(Many + "?format=csv&limit=10"), "text/csv; charset=utf-8; header=present", "\r\n"));
        Assert.Equal(10, Lines(await api.Get(Many + "?format=ndjson&limit=10&offset=5"), "application/x-ndjson", "\n"));
        Assert.Equal(1, Lines(await api.Get("/api/markets/?format=csv"), "text/csv; charset=utf-8; header=present", "\r\n"));

        static int Lines(Reply reply, string type, string end)
        {
            Assert.Equal((200, type), (reply.Status, reply.Type));
            Assert.EndsWith(end, reply.Text, StringComparison.Ordinal);
            return reply.Text.Split(end).Length - 1;
        }
    }

    [Fact]
    public async Task Ndjson_lines_are_what_the_list_shows()
    {
        await using var api = await ApiServer.Start();
        Fill(api, 2);
        var page = (await api.Get(Many)).Json.GetProperty("results");
        var lines = (await api.Get(Many + "?format=ndjson")).Text.TrimEnd('\n').Split('\n');
        Assert.Equal(page.EnumerateArray().Select(one => one.GetRawText()), lines);
    }

    [Fact]
    public async Task Csv_quotes_what_needs_it_and_changes_nothing()
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("=A, \"b\"\nc");
        var csv = (await api.Get(Many + "?format=csv")).Text;
        Assert.Equal(
            """
            id,tenant,name,slug,venue,enabled,interval,logo,url,api_url,options,volume,top_pair,top_pair_volume,created,updated,last_update,has_credentials,state,last_run,last_run_id,time_started,next_run,attempt,consecutive_failures,last_error_kind,last_error_message,last_error_at,node
            1,default,"=A, ""b""
            c","=a, ""b""
            c","=a, ""b""
            c",true,60,,https://example.com/?a=1&b=2,,"{""max_run"":30}",1234.5,USDT-ETH,0.1,2026-01-02T03:04:05.678Z,2026-01-02T03:04:05.678Z,,false,idle,,,,2026-01-02T03:05:05.678Z,,0,,,,node-1

            """,
            csv.Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Markets_show_numbers_in_canonical_form_and_their_age()
    {
        await using var api = await ApiServer.Start();
        api.Markets.All.Add(new MarketView(7, FakeExchanges.Created.AddMilliseconds(-1500), Row));
        Assert.Equal(
            """
            {"count":1,"next":null,"previous":null,"results":[{"name":"USDT-ETH","symbol":"ETH/USDT","type":"spot","base":"USDT",
            "quote":"ETH","exchange":7,"volume":12.34,"volume_usd":null,"last":0.00000001,"bid":79228162514264337593543950335,"ask":0,
            "active":true,"updated":"2026-01-02T03:04:04.178Z","venue_time":"2026-01-02T03:04:05.678Z","age_seconds":1.5}]}
            """.ReplaceLineEndings(string.Empty),
            (await api.Get("/api/markets/")).Text);
        Assert.Equal(
            "USDT-ETH,ETH/USDT,spot,USDT,ETH,7,12.34,,0.00000001,79228162514264337593543950335,0,true,2026-01-02T03:04:04.178Z,2026-01-02T03:04:05.678Z,1.5",
            (await api.Get("/api/markets/?format=csv")).Text.Split("\r\n")[1]);
    }

    [Fact]
    public async Task Markets_hand_on_every_filter()
    {
        await using var api = await ApiServer.Start();
        await api.Get("/api/markets/?exchange=12&name=n&symbol=ETH/USDT&base=b&quote=q&type=spot&active=false&min_volume_usd=1.5&max_age=60");
        Assert.Equal(
            new MarketFilter("default", 12, null, "n", "ETH/USDT", "b", "q", "spot", false, 1.5m, FakeExchanges.Created.AddSeconds(-60)),
            api.Markets.LastFilter);
        await api.Get("/api/markets/?exchange=Binance%202");
        Assert.Equal(new MarketFilter("default", null, "Binance 2"), api.Markets.LastFilter);
        await api.Get("/api/markets/?exchange=99999999999999999999");
        Assert.Equal(new MarketFilter("default", -1), api.Markets.LastFilter);
    }

    [Fact]
    public async Task Every_order_field_of_the_markets_reader_is_one_of_the_list()
    {
        await using var api = await ApiServer.Start();
        Assert.Equal(200, (await api.Get("/api/markets/?ordering=" + string.Join(",-", IMarketReader.OrderFields))).Status);
    }

    [Fact]
    public async Task Venues_are_filtered_and_ordered()
    {
        await using var api = await ApiServer.Start();
        Assert.Equal(["binance", "kraken", "luno"], await Ids(""));
        Assert.Equal(["kraken", "luno", "binance"], await Ids("?ordering=-rate_limit"));
        Assert.Equal(["luno", "kraken", "binance"], await Ids("?ordering=-name"));
        Assert.Equal(["binance", "kraken"], await Ids("?has=fetchTickers"));
        Assert.Equal(["kraken"], await Ids("?name=Kraken"));
        Assert.Equal(["kraken"], await Ids("?limit=1&offset=1"));

        async Task<IEnumerable<string?>> Ids(string query) =>
            (await api.Get("/api/venues/" + query)).Json.GetProperty("results").EnumerateArray().Select(one => one.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_venue_shows_capabilities_and_budget_and_its_tag_follows_them()
    {
        await using var api = await ApiServer.Start();
        var before = await api.Get("/api/venues/binance/");
        Assert.Equal(
            """
            {"id":"binance","name":"Binance","countries":["JP","MT"],"url":"https://example.com","api_url":null,"logo":null,"doc":null,
            "rate_limit":50,"has":{"fetchTickers":true,"fetchMarkets":true},"budget":null}
            """.ReplaceLineEndings(string.Empty),
            before.Text);
        Assert.Equal(304, (await api.Get("/api/venues/binance/", ("If-None-Match", before.Header("ETag")!))).Status);
        api.Venues.BinanceBudget = new(6000, 12.5, FakeExchanges.Created);
        var after = await api.Get("/api/venues/binance/", ("If-None-Match", before.Header("ETag")!));
        Assert.Equal(
            """{"limit":6000,"used":12.5,"blocked_until":"2026-01-02T03:04:05.678Z","sharing":"none"}""", after.Json.GetProperty("budget").GetRawText());
        Assert.Equal("\"emulated\"", (await api.Get("/api/venues/kraken")).Json.GetProperty("has").GetProperty("fetchTickers").GetRawText());
        Assert.EndsWith("did you mean 'binance'?", (await api.Get("/api/venues/binanse")).Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static void Fill(ApiServer api, int exchanges)
    {
        for (var i = 0; i < exchanges; i++)
        {
            api.Exchanges.Add("e" + i);
        }
    }
}
