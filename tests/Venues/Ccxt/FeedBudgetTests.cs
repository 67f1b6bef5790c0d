using MarketManager.Actors.Venues;
using MarketManager.Venues.Ccxt;
using MarketManager.Venues.Limits;

namespace MarketManager.Venues.Tests.Ccxt;

/// <summary>Which exchanges share a budget: those whose requests the venue counts together.</summary>
public class FeedBudgetTests
{
    private static readonly BudgetKey Own = new("binance", "");

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"markets":{"quotes":["USDT"]},"max_run":60}""")]
    [InlineData("""{"ccxt":{"timeout":300,"headers":{"X-A":"b"}}}""")]
    [InlineData("""{"ccxt":{"hostname":"api.other.example"}}""")]
    [InlineData("""{"ccxt":{"urls":{"api":{"public":"https://api3.binance.com/api/v3"}}}}""")]
    [InlineData("""{"ccxt":{"urls":{"api":{"public":"https://testnet.binance.vision/api/v3"}}}}""")]
    [InlineData("""{"ccxt":{"options":{"sandbox":true}}}""")]
    public void However_the_venue_is_spelled_it_has_one_budget(string options) => Assert.Equal(Own, Key(options));

    [Theory]
    [InlineData("""{"proxyUrl":"http://proxy.example:3128/?"}""", "proxy.example:3128")]
    [InlineData("""{"httpProxy":"http://proxy.example:3128"}""", "proxy.example:3128")]
    [InlineData("""{"httpsProxy":"HTTP://Proxy.EXAMPLE.:3128/"}""", "proxy.example:3128")]
    [InlineData("""{"httpProxy":"http://proxy.example"}""", "proxy.example:80")]
    [InlineData("""{"httpsProxy":"https://proxy.example"}""", "proxy.example:443")]
    [InlineData("""{"socksProxy":"socks5://proxy.example"}""", "proxy.example:1080")]
    [InlineData("""{"socksProxy":"socks5h://Proxy.example:9050"}""", "proxy.example:9050")]
    [InlineData("""{"httpProxy":"http://[2606:4700::1111]:3128"}""", "[2606:4700::1111]:3128")]
    [InlineData("""{"httpProxy":"http://somebody:word@proxy.example:3128"}""", "proxy.example:3128")]
    public void A_proxy_is_another_address(string ccxt, string egress) =>
        Assert.Equal(Own with { Egress = egress }, Key($$"""{"ccxt":{{ccxt}}}"""));

    [Theory]
    [InlineData("""{"urls":{"api":{"public":"http://127.0.0.1:8090/api/v3"}}}""", "binance@127.0.0.1:8090")]
    [InlineData("""{"urls":{"api":"http://localhost/"}}""", "binance@localhost:80")]
    [InlineData("""{"hostname":"10.0.0.7:81","urls":{"api":{"public":"https://{hostname}/api"}}}""", "binance@10.0.0.7:81")]
    [InlineData("""{"urls":{"api":{"b":"http://10.0.0.2/","a":["http://10.0.0.1/","ws://10.0.0.3/"]}}}""", "binance@10.0.0.1:80")]
    public void A_server_in_a_private_network_is_a_venue_of_its_own(string ccxt, string venue) =>
        Assert.Equal(new BudgetKey(venue, ""), Key($$"""{"ccxt":{{ccxt}}}"""));

    [Theory]
    [InlineData("""{"urls":{"api":{"public":"http://127.0.0.1/","private":"https://api.binance.com/"}}}""")]
    [InlineData("""{"urls":{"api":{"public":"http://{hostname}/"}}}""")]
    [InlineData("""{"urls":{"logo":"http://127.0.0.1/"}}""")]
    [InlineData("""{"hostname":"127.0.0.1"}""")]
    public void What_may_still_reach_the_venue_shares_its_budget(string ccxt) => Assert.Equal(Own, Key($$"""{"ccxt":{{ccxt}}}"""));

    [Fact]
    public void A_private_server_behind_a_proxy_is_told_from_the_same_without() => Assert.Equal(
        new BudgetKey("binance@127.0.0.1:8090", "proxy.example:3128"),
        Key("""{"ccxt":{"httpProxy":"http://proxy.example:3128","urls":{"api":"http://127.0.0.1:8090"}}}"""));

    [Fact]
    public void The_simulator_is_where_it_was_started_whatever_the_options_say()
    {
        var sim = new FeedSpec(new MarketFeedKey("sim", """{"ccxt":{"urls":{"api":"http://10.0.0.1/"}}}"""), "http://127.0.0.1:8090");

        Assert.Equal(new BudgetKey("sim@127.0.0.1:8090", ""), FeedBudget.KeyOf(sim));
        Assert.Equal("sim", FeedBudget.KeyOf(sim).VenueId);
    }

    private static BudgetKey Key(string options) => FeedBudget.KeyOf(new FeedSpec(new MarketFeedKey("binance", options), null));
}
