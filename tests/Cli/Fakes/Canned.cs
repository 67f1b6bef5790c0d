using System.Text.Json;

namespace MarketManager.Cli.Tests.Fakes;

/// <summary>Answers in the form of the wire contract.</summary>
internal static class Canned
{
    public const string RunId = "019a9f2e-1000-7000-8000-000000000001";

    public const string Venues = """
        {"count":3,"next":null,"previous":null,"results":[
          {"id":"binance","name":"Binance","countries":["JP","MT"],"url":"https://www.binance.com","api_url":"https://api.binance.com","logo":"https://x/binance.png","doc":"https://docs","rate_limit":50,"has":{"fetchTickers":true,"fetchOrderBook":true,"fetchOHLCV":"emulated","fetchStatus":false},"budget":{"limit":6000,"used":1234,"blocked_until":null}},
          {"id":"kraken","name":"Kraken","countries":["US"],"url":"https://www.kraken.com","api_url":"https://api.kraken.com","logo":"https://x/kraken.png","doc":null,"rate_limit":1000,"has":{"fetchTickers":true,"fetchOrderBook":true},"budget":null},
          {"id":"sim","name":"Simulator","countries":[],"url":null,"api_url":null,"logo":null,"doc":null,"rate_limit":50,"has":{"fetchTickers":true,"fetchOrderBook":true},"budget":null}]}
        """;

    public const string Status = """
        {"status":"running","version":"0.1.0","environment":"development","node":"atlas:8080","started":"2026-11-20T09:56:55.000Z","uptime_seconds":7385.2,"paused":false,
         "nodes":[{"name":"atlas:8080","id":"7b0e","address":"http://127.0.0.1:8080","roles":["api","gather"],"state":"up","since":"2026-11-20T09:56:55.000Z","actors":3}],
         "exchanges":{"total":3,"enabled":2,"running":1,"stale":0,"failing":1},
         "runs":{"succeeded":1234,"failed":5,"crashed":0,"stale":1,"per_minute":20.7},
         "storage":{"engine":"sqlite","version":"3.40.1","ok":true},
         "workers":[{"pid":4711,"state":"ready","exchanges":2,"restarts":0,"memory":157286400},{"pid":null,"state":"starting","exchanges":1,"restarts":3,"memory":0}]}
        """;

    public const string Markets = """
        {"count":2123,"next":"/api/markets/?limit=2&offset=2","previous":null,"results":[
          {"name":"USDT-BTC","symbol":"BTC/USDT","type":"spot","base":"USDT","quote":"BTC","exchange":1,"volume":1234567890.12,"volume_usd":1234567890.12,"last":64123.5,"bid":64123.4,"ask":64123.6,"active":true,"updated":"2026-11-20T11:59:48.000Z","venue_time":null,"age_seconds":12},
          {"name":"BTC-SHIB","symbol":"SHIB/BTC","type":"spot","base":"BTC","quote":"SHIB","exchange":2,"volume":1.5,"volume_usd":null,"last":0.00000000012,"bid":null,"ask":null,"active":true,"updated":"2026-11-20T11:59:48.000Z","venue_time":null,"age_seconds":12}]}
        """;

    public static readonly string Binance = Exchange(1, "Binance", "binance", "binance", interval: 60);

    public static readonly string Kraken = Exchange(
        2, "Kraken EU", "kraken-eu", "kraken", interval: 90, state: "failing", volume: "987654.32", topPair: "USD-BTC",
        error: """{"kind":"rate_limited","message":"kraken answered 429","at":"2026-11-20T11:58:00.000Z"}""");

    public static readonly string Paused = Exchange(
        12, "sim-2", "sim-2", "sim", interval: 3600, state: "disabled", enabled: false, volume: "null", topPair: null, lastUpdate: "null");

    public static string Exchanges(params string[] exchanges) => List(exchanges);

    public static string List(params string[] items) =>
        $$"""{"count":{{items.Length}},"next":null,"previous":null,"results":[{{string.Join(',', items)}}] }""";

    public static string Exchange(
        long id, string name, string slug, string venue, long interval = 60, string state = "idle", bool enabled = true,
        string volume = "23456789012.34", string? topPair = "USDT-BTC", string lastUpdate = "\"2026-11-20T11:59:48.000Z\"",
        string options = "{}", string error = "null", string? url = null, string updated = "2026-11-19T12:00:00.000Z") => $$"""
        {"id":{{id}},"tenant":"default","name":{{Text(name)}},"slug":{{Text(slug)}},"venue":{{Text(venue)}},"enabled":{{(enabled ? "true" : "false")}},"interval":{{interval}},
         "logo":{{(venue == "sim" ? "null" : Text($"https://x/{venue}.png"))}},"url":{{(venue == "sim" ? "null" : Text(url ?? $"https://www.{venue}.com"))}},"api_url":{{(venue == "sim" ? "null" : Text($"https://api.{venue}.com"))}},
         "options":{{options}},"volume":{{volume}},"top_pair":{{Text(topPair)}},"top_pair_volume":{{(topPair is null ? "null" : "1234.5")}},
         "created":"2026-11-19T12:00:00.000Z","updated":{{Text(updated)}},"last_update":{{lastUpdate}},"has_credentials":false,
         "status":{"state":{{Text(state)}},"last_run":{{lastUpdate}},"last_run_id":{{Text(RunId)}},"time_started":null,"next_run":{{(enabled ? "\"2026-11-20T12:00:48.000Z\"" : "null")}},
          "attempt":null,"consecutive_failures":{{(state == "failing" ? 4 : 0)}},"last_error":{{error}},"node":"atlas:8080"} }
        """;

    public static string Run(string state, long markets = 2123, string error = "null", int attempts = 1) => $$"""
        {"run_id":"{{RunId}}","exchange":1,"trigger":"demand","due":"2026-11-20T11:59:50.000Z","state":"{{state}}","started":"2026-11-20T11:59:50.000Z","ended":{{(state == "running" ? "null" : "\"2026-11-20T11:59:51.240Z\"")}},"attempts":{{attempts}},
         "markets":{{(state == "succeeded" ? markets : "null")}},"tickers":{{(state == "succeeded" ? markets : "null")}},"duration_ms":{{(state == "running" ? "null" : "1240")}},"error":{{error}},"node":"atlas:8080"}
        """;

    public static string Problem(int status, string detail, string errors = "{}", string more = "") =>
        $$"""{"type":"/problems/x","title":"Some title","status":{{status}},"detail":{{Text(detail)}},"instance":"/api/","errors":{{errors}}{{more}} }""";

    private static string Text(string? value) => JsonSerializer.Serialize(value);
}
