using System.Text;
using MarketManager.Actors.Exchanges;
using Xunit;

namespace MarketManager.Actors.Tests.Exchanges;

public sealed class OptionsTests
{
    [Fact]
    public void No_options_take_every_default()
    {
        var options = Valid("{}");
        Assert.Equal(
            (null, null, null, null, null, "{}", "{}"),
            (options.MaxRun, options.MarketTypes, options.Quotes, options.Symbols, options.MaxSymbols, options.Text, options.FeedText));
    }

    [Fact]
    public void Options_are_read()
    {
        var options = Valid(
            """
            { "max_run": 90,
              "markets": { "types": ["swap", "spot"], "quotes": ["USDT", "BTC", "USDT"], "symbols": ["ETH/USDT", "BTC/USDT:USDT"],
                           "max_symbols": 7 },
              "ccxt": { "timeout": 5000 } }
            """);

        Assert.Equal(TimeSpan.FromSeconds(90), options.MaxRun);
        Assert.Equal(["spot", "swap"], options.MarketTypes!);
        Assert.Equal(["BTC", "USDT"], options.Quotes!);
        Assert.Equal(["BTC/USDT:USDT", "ETH/USDT"], options.Symbols!);
        Assert.Equal(7, options.MaxSymbols);
    }

    [Fact]
    public void Text_is_what_the_client_wrote_without_white_space()
    {
        var options = Valid("""{ "markets": {"types" : ["swap","spot"]}, "ccxt": {"options": {"b": 1.50, "a": "é<\u0041>"}} }""");
        Assert.Equal("""{"markets":{"types":["swap","spot"]},"ccxt":{"options":{"b":1.50,"a":"é<A>"}}}""", options.Text);
    }

    [Theory]
    [InlineData("""{"max_run":90}""", "{}")]
    [InlineData("""{"ccxt":{},"markets":{}}""", "{}")]
    [InlineData("""{"markets":{"types":["spot"],"max_symbols":50}}""", "{}")]
    [InlineData("""{"ccxt":{"timeout":10000,"enableRateLimit":true,"headers":{},"options":{}}}""", "{}")]
    [InlineData(
        """{"markets":{"types":["swap","spot","swap"]},"ccxt":{"timeout":500,"options":{"z":[2,1],"a":{"y":null,"x":true}}}}""",
        """{"ccxt":{"options":{"a":{"x":true,"y":null},"z":[2,1]},"timeout":500},"markets":{"types":["spot","swap"]}}""")]
    public void Feed_text_is_what_changes_what_is_gathered_in_one_spelling(string json, string feed) =>
        Assert.Equal(feed, Valid(json).FeedText);

    [Theory]
    [InlineData("""{"markets":{"quotes":["A","B"],"max_symbols":5}}""", """{ "markets": {"max_symbols": 5, "quotes": ["B","A"]}, "max_run": 7 }""")]
    [InlineData("""{"ccxt":{"hostname":"api.example.com","userAgent":"x"}}""", """{"ccxt":{"userAgent":"\u0078","hostname":"api.example.com"}}""")]
    public void Options_that_gather_the_same_have_one_feed_text(string one, string other) =>
        Assert.Equal(Valid(one).FeedText, Valid(other).FeedText);

    [Fact]
    public void Feed_text_is_valid_and_its_own_feed_text()
    {
        var feed = Valid("""{"markets":{"types":["swap"],"symbols":["A/B"]},"ccxt":{"urls":{"api":"https://{hostname}/v1"}}}""").FeedText;
        Assert.Equal(feed, Valid(feed).FeedText);
    }

    [Theory]
    [InlineData(1, 120)]
    [InlineData(60, 120)]
    [InlineData(61, 122)]
    [InlineData(300, 600)]
    [InlineData(604_800, 600)]
    public void A_run_may_by_default_take_two_intervals_but_two_to_ten_minutes(int interval, int seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds), ExchangeOptions.MaxRunFor(ExchangeOptions.Empty, TimeSpan.FromSeconds(interval)));

    [Fact]
    public void A_run_may_take_as_long_as_the_options_say() => Assert.Equal(
        TimeSpan.FromSeconds(1), ExchangeOptions.MaxRunFor(Valid("""{"max_run":1}"""), TimeSpan.FromDays(7)));

    [Theory]
    [InlineData("""{"max_run":0}""", "options.max_run: must be a whole number of seconds from 1 to 86400")]
    [InlineData("""{"max_run":86401}""", "options.max_run: must be a whole number of seconds from 1 to 86400")]
    [InlineData("""{"max_run":1.5}""", "options.max_run: must be a whole number of seconds from 1 to 86400")]
    [InlineData("""{"max_run":"60"}""", "options.max_run: must be a whole number of seconds from 1 to 86400")]
    [InlineData("""{"max_run":null}""", "options.max_run: must be a whole number of seconds from 1 to 86400")]
    [InlineData("""{"max_run":1e400}""", "options.max_run: must be a whole number of seconds from 1 to 86400")]
    [InlineData("""{"maxrun":60}""", "options.maxrun: unknown key; did you mean 'max_run'?")]
    [InlineData("""{"proxy":1}""", "options.proxy: unknown key; allowed: ccxt, markets, max_run")]
    [InlineData("""{"":1}""", "options['']: unknown key; allowed: ccxt, markets, max_run")]
    [InlineData("""{"max_run":1,"max\u005frun":2}""", "options.max_run: is there twice")]
    [InlineData("""{"ccxt":{"options":{"a":{"b":1,"b":1}}}}""", "options.ccxt.options.a.b: is there twice")]
    [InlineData("""{"ccxt":[]}""", "options.ccxt: must be an object")]
    [InlineData("""{"ccxt":{"options":[]}}""", "options.ccxt.options: must be an object")]
    [InlineData("""{"ccxt":{"timeuot":1}}""", "options.ccxt.timeuot: unknown key; did you mean 'timeout'?")]
    [InlineData("""{"ccxt":{"timeout":99}}""", "options.ccxt.timeout: must be a whole number of milliseconds from 100 to 300000")]
    [InlineData("""{"ccxt":{"rateLimit":0}}""", "options.ccxt.rateLimit: must be a whole number of milliseconds from 1 to 600000")]
    [InlineData("""{"ccxt":{"enableRateLimit":false}}""", "options.ccxt.enableRateLimit: must be true: every request goes through the venue's budget")]
    [InlineData("""{"ccxt":{"userAgent":"a\nb"}}""", "options.ccxt.userAgent: must be 1 to 1000 visible ASCII characters")]
    [InlineData("""{"ccxt":{"headers":{"X-A":1}}}""", "options.ccxt.headers.X-A: must be a string")]
    [InlineData("""{"ccxt":{"headers":{"X-A":"b\r\nc: d"}}}""", "options.ccxt.headers.X-A: must be 1 to 1000 visible ASCII characters")]
    [InlineData("""{"ccxt":{"headers":{"X A":"b"}}}""", "options.ccxt.headers['X A']: is no name of a header")]
    [InlineData("""{"ccxt":{"headers":{"host":"b"}}}""", "options.ccxt.headers.host: this header is set by the client that connects")]
    [InlineData("""{"ccxt":{"options":{"__proto__":{"a":1}}}}""", "options.ccxt.options.__proto__: this key is refused")]
    [InlineData("""{"markets":{"types":["sopt"]}}""", "options.markets.types[0]: unknown type 'sopt'; did you mean 'spot'?")]
    [InlineData("""{"markets":{"types":["spot","warrant"]}}""", "options.markets.types[1]: unknown type 'warrant'; allowed: spot, margin, swap, future, option")]
    [InlineData("""{"markets":{"types":[]}}""", "options.markets.types: must be an array of strings, not empty; leave it out for the default")]
    [InlineData("""{"markets":{"types":"spot"}}""", "options.markets.types: must be an array of strings, not empty; leave it out for the default")]
    [InlineData("""{"markets":{"quotes":[1]}}""", "options.markets.quotes[0]: must be a string")]
    [InlineData("""{"markets":{"quotes":["ETH/USDT"]}}""", "options.markets.quotes[0]: 'ETH/USDT' is no currency; write ccxt's code, such as 'USDT'")]
    [InlineData("""{"markets":{"symbols":["ETHUSDT"]}}""", "options.markets.symbols[0]: 'ETHUSDT' is no symbol; write ccxt's, such as 'ETH/USDT' or 'BTC/USDT:USDT'")]
    [InlineData("""{"markets":{"symbols":["/USDT"]}}""", "options.markets.symbols[0]: '/USDT' is no symbol; write ccxt's, such as 'ETH/USDT' or 'BTC/USDT:USDT'")]
    [InlineData("""{"markets":{"max_symbols":1001}}""", "options.markets.max_symbols: must be a whole number of markets from 1 to 1000")]
    [InlineData("""{"markets":{"max_symbol":1}}""", "options.markets.max_symbol: unknown key; did you mean 'max_symbols'?")]
    [InlineData("[]", "options: must be an object")]
    [InlineData("null", "options: must be an object")]
    [InlineData("{\"a\":\n }", "options: is not JSON: look at line 2, byte 2")]
    [InlineData("""{"ccxt":{"userAgent":"\ud800"}}""", "options: has a text that is not Unicode: half of a surrogate pair")]
    public void What_is_wrong_is_named_with_its_path(string json, string message) =>
        Assert.Equal([message], Parse(json).Messages);

    [Fact]
    public void Every_problem_is_named() => Assert.Equal(
        [
            "options.max_run: must be a whole number of seconds from 1 to 86400",
            "options.ccxt.timeout: must be a whole number of milliseconds from 100 to 300000",
            "options.markets.types[0]: unknown type 'sopt'; did you mean 'spot'?",
        ],
        Parse("""{"max_run":0,"ccxt":{"timeout":0},"markets":{"types":["sopt"]}}""").Messages);

    [Fact]
    public void Thousands_of_problems_are_counted()
    {
        var keys = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"zz{i}\":0"));
        var messages = Parse($"{{{keys}}}").Messages;
        Assert.Equal((51, "and 950 more"), (messages.Count, messages[^1]));
    }

    [Fact]
    public void A_long_text_is_cut_in_its_message()
    {
        var message = Assert.Single(Parse($$$"""{"markets":{"types":["{{{new string('x', 10_000)}}}"]}}""").Messages);
        Assert.InRange(message.Length, 1, 200);
    }

    [Fact]
    public void Sixteen_KiB_of_UTF8_are_allowed_and_one_byte_more_is_not()
    {
        const string Frame = """{"ccxt":{"options":{"é":""}}}""";
        var room = ExchangeOptions.MaxBytes - Encoding.UTF8.GetByteCount(Frame);
        Valid(Frame.Replace("\"\"", $"\"{new string('x', room)}\"", StringComparison.Ordinal));

        Assert.Equal(
            ["options: is 16385 bytes long; at most 16384 are allowed"],
            Parse(Frame.Replace("\"\"", $"\"{new string('x', room + 1)}\"", StringComparison.Ordinal)).Messages);
    }

    [Fact]
    public void Sixteen_levels_are_allowed_and_one_more_is_not()
    {
        // options, ccxt and options are three.
        Valid(Nested(13));
        Assert.EndsWith("is nested more than 16 levels deep", Assert.Single(Parse(Nested(14)).Messages), StringComparison.Ordinal);
    }

    [Fact]
    public void Brackets_to_the_limit_of_size_are_refused() =>
        Assert.Single(Parse(new string('[', 8000) + new string(']', 8000)).Messages);

    [Theory]
    [InlineData("apiKey")]
    [InlineData("api_key")]
    [InlineData("APIKEY")]
    [InlineData("secret")]
    [InlineData("password")]
    [InlineData("uid")]
    [InlineData("login")]
    [InlineData("privateKey")]
    [InlineData("walletAddress")]
    [InlineData("token")]
    [InlineData("accessToken")]
    [InlineData("twofa")]
    [InlineData("Authorization")]
    [InlineData("Proxy-Authorization")]
    [InlineData("passphrase")]
    public void Keys_and_secrets_are_refused_at_any_depth_and_never_repeated(string key)
    {
        var frames = new[]
        {
            "{{\"{0}\":\"hunter2\"}}",
            "{{\"ccxt\":{{\"{0}\":\"hunter2\"}}}}",
            "{{\"ccxt\":{{\"headers\":{{\"{0}\":\"hunter2\"}}}}}}",
            "{{\"ccxt\":{{\"urls\":{{\"{0}\":\"hunter2\"}}}}}}",
            "{{\"ccxt\":{{\"options\":{{\"a\":[{{\"{0}\":\"hunter2\"}}]}}}}}}",
            "{{\"markets\":{{\"{0}\":\"hunter2\"}}}}",
        };
        foreach (var json in frames.Select(frame => string.Format(System.Globalization.CultureInfo.InvariantCulture, frame, key)))
        {
            var message = Assert.Single(Parse(json).Messages);
            Assert.Contains($"{key}: keys and secrets are refused here", message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("KC-API-SIGN")]
    [InlineData("OK-ACCESS-KEY")]
    [InlineData("X-Auth-Nonce")]
    [InlineData("Cookie")]
    public void Headers_that_sign_in_are_refused(string name) => Assert.Contains(
        "keys and secrets are refused here",
        Assert.Single(Parse($$$$"""{"ccxt":{"headers":{"{{{{name}}}}":"hunter2"}}}""").Messages),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"ccxt":{"headers":{"X-Client":"desk 7"},"userAgent":"desk/1.0","rateLimit":100,"timeout":300000}}""")]
    [InlineData("""{"ccxt":{"options":{"defaultType":"swap","fetchMarkets":{"types":["spot"]},"networks":{"KEY":"1"},"n":null}}}""")]
    public void What_ccxt_users_set_is_allowed(string json) => Valid(json);

    private static string Nested(int levels) =>
        $"{{\"ccxt\":{{\"options\":{{\"a\":{string.Concat(Enumerable.Repeat("[", levels))}{new string(']', levels)}}}}}}}";

    private static (ExchangeOptions? Options, IReadOnlyList<string> Messages) Parse(string json) =>
        ExchangeOptions.Parse(json, allowPrivateAddresses: false);

    private static ExchangeOptions Valid(string json)
    {
        var (options, messages) = Parse(json);
        Assert.Empty(messages);
        return options!;
    }
}
