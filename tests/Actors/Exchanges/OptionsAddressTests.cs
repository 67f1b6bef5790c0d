using System.Text.Json;
using MarketManager.Actors.Exchanges;
using Xunit;

namespace MarketManager.Actors.Tests.Exchanges;

public sealed class OptionsAddressTests
{
    [Theory]
    [InlineData("https://api.example.com/v1")]
    [InlineData("HTTPS://api.example.com:8443?x=1#y")]
    [InlineData("https://api.{hostname}/v1")]
    [InlineData("wss://stream.example.com/ws")]
    [InlineData("http://8.8.8.8/")]
    [InlineData("http://[2606:4700::1111]:80/")]
    public void Public_addresses_are_allowed(string url) => Assert.Empty(Url(url));

    [Theory]
    [InlineData("")]
    [InlineData("api.example.com")]
    [InlineData("/v1")]
    [InlineData("//api.example.com")]
    [InlineData("http:api.example.com")]
    [InlineData("http:/api.example.com")]
    [InlineData("http:///api.example.com")]
    [InlineData("http:\\\\api.example.com")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript://x")]
    [InlineData("http://api.example.com:0/")]
    [InlineData("http://api.example.com:65536/")]
    [InlineData("http://api.example.com:+80/")]
    [InlineData("http://.example.com/")]
    [InlineData("http://a..b/")]
    [InlineData("http://[::1/")]
    [InlineData("http://ex%61mple.com/")]
    [InlineData("http://example.com\\@127.0.0.1/")]
    [InlineData("http://127。0。0。1/")]
    [InlineData("http://exa\tmple.com/")]
    [InlineData("http://api.example.com/a b")]
    public void What_readers_of_URLs_may_read_in_different_ways_is_refused_even_where_private_addresses_are_allowed(string url)
    {
        Assert.Single(Url(url));
        Assert.Single(Url(url, allowPrivate: true));
    }

    [Theory]
    [InlineData("http://user:hunter2@api.example.com/")]
    [InlineData("http://api.example.com/?apiKey=hunter2")]
    [InlineData("http://api.example.com/?a=1&signature=hunter2")]
    [InlineData("http://api.example.com/?a=1&%61pi%4Bey=hunter2")]
    [InlineData("http://api.example.com/?%73ecret#x")]
    public void Secrets_in_an_address_are_refused_and_not_repeated(string url) =>
        Assert.Equal(["options.ccxt.urls.api.public: keys and secrets are refused here, in a URL too"], Url(url));

    [Theory]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://localhost.:80/")]
    [InlineData("http://{hostname}.internal/")]
    public void Private_addresses_need_to_be_allowed(string url)
    {
        Assert.Contains("is inside a private network", Assert.Single(Url(url)), StringComparison.Ordinal);
        Assert.Empty(Url(url, allowPrivate: true));
    }

    [Theory]
    [InlineData("""{"ccxt":{"urls":{"api":{"ws":["http://10.0.0.1/"]}}}}""", "options.ccxt.urls.api.ws[0]")]
    [InlineData("""{"ccxt":{"hostname":"10.0.0.1"}}""", "options.ccxt.hostname")]
    [InlineData("""{"ccxt":{"hostname":"localhost:80"}}""", "options.ccxt.hostname")]
    [InlineData("""{"ccxt":{"proxyUrl":"http://10.0.0.1/"}}""", "options.ccxt.proxyUrl")]
    [InlineData("""{"ccxt":{"httpProxy":"http://10.0.0.1:3128"}}""", "options.ccxt.httpProxy")]
    [InlineData("""{"ccxt":{"httpsProxy":"http://10.0.0.1:3128"}}""", "options.ccxt.httpsProxy")]
    [InlineData("""{"ccxt":{"socksProxy":"socks5://10.0.0.1:1080"}}""", "options.ccxt.socksProxy")]
    [InlineData("""{"ccxt":{"options":{"a":[{"b":"http://10.0.0.1/"}]}}}""", "options.ccxt.options.a[0].b")]
    public void Every_place_of_an_address_is_looked_at(string json, string path)
    {
        var message = Assert.Single(ExchangeOptions.Parse(json, allowPrivateAddresses: false).Messages);
        Assert.StartsWith($"{path}: ", message, StringComparison.Ordinal);
        Assert.Contains("is inside a private network", message, StringComparison.Ordinal);
        Assert.Empty(ExchangeOptions.Parse(json, allowPrivateAddresses: true).Messages);
    }

    [Fact]
    public void A_host_name_is_put_in_before_an_address_is_judged()
    {
        // Both are public by themselves; together they are 10.8.8.8.
        const string Json = """{"ccxt":{"hostname":"8.8.8","urls":{"api":"http://10.{hostname}/"}}}""";
        Assert.StartsWith(
            "options.ccxt.urls.api: '10.8.8.8' is inside",
            Assert.Single(ExchangeOptions.Parse(Json, allowPrivateAddresses: false).Messages),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"ccxt":{"hostname":"http://example.com"}}""", "options.ccxt.hostname: 'http://example.com' is no host name; write one such as 'api.example.com'")]
    [InlineData("""{"ccxt":{"hostname":"example.com/x"}}""", "options.ccxt.hostname: 'example.com/x' is no host name; write one such as 'api.example.com'")]
    [InlineData("""{"ccxt":{"urls":"https://example.com"}}""", "options.ccxt.urls: must be an object")]
    [InlineData("""{"ccxt":{"urls":{"api":5}}}""", "options.ccxt.urls.api: must be a string")]
    [InlineData("""{"ccxt":{"httpProxy":"socks5://example.com"}}""", "options.ccxt.httpProxy: must be an absolute URL that begins with http:// or https://")]
    [InlineData("""{"ccxt":{"socksProxy":"http://example.com"}}""", "options.ccxt.socksProxy: must be an absolute URL that begins with socks4:// or socks5:// or socks5h://")]
    [InlineData("""{"ccxt":{"proxyUrl":"http://example.com"}}""", "options.ccxt.proxyUrl: must have a path, at least '/': the address that is called is written behind it")]
    [InlineData("""{"ccxt":{"httpProxy":"http://example.com","proxyUrl":"http://example.com/"}}""", "options.ccxt: only one proxy is allowed; there are proxyUrl and httpProxy")]
    public void What_is_wrong_with_an_address_is_said(string json, string message) =>
        Assert.Equal([message], ExchangeOptions.Parse(json, allowPrivateAddresses: false).Messages);

    private static IReadOnlyList<string> Url(string url, bool allowPrivate = false) =>
        ExchangeOptions.Parse($$$$$"""{"ccxt":{"urls":{"api":{"public":{{{{{JsonSerializer.Serialize(url)}}}}}}}}}""", allowPrivate).Messages;
}
