using MarketManager.Host.Access;
using MarketManager.Host.Settings;
using Xunit;

namespace MarketManager.Host.Tests.Access;

public sealed class AccessRuleTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://[::1]:8080")]
    [InlineData("http://127.1.2.3:0")]
    public void Loopback_is_open(string url) => Assert.IsType<AccessRule.OpenOnLoopback>(Decide(url, keys: 0));

    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://[::]:8080")]
    [InlineData("http://192.168.1.2:8080")]
    public void Plain_http_for_other_machines_is_refused_though_there_are_keys(string url) =>
        Assert.Contains("--certificate", Refusal(Decide(url, keys: 1)), StringComparison.Ordinal);

    [Fact]
    public void One_plain_address_among_secure_ones_is_refused() =>
        Assert.StartsWith("http://0.0.0.0:80 ", Refusal(Decide("https://0.0.0.0:443,http://0.0.0.0:80", keys: 1, certificate: true)), StringComparison.Ordinal);

    [Fact]
    public void Https_without_certificate_is_refused() =>
        Assert.StartsWith("https://127.0.0.1:443 needs a certificate", Refusal(Decide("https://127.0.0.1:443", keys: 1)), StringComparison.Ordinal);

    [Fact]
    public void Https_for_other_machines_needs_a_key()
    {
        Assert.Contains("marketmanager keys add", Refusal(Decide("https://*:443", keys: 0, certificate: true)), StringComparison.Ordinal);
        Assert.IsType<AccessRule.KeysRequired>(Decide("https://*:443", keys: 1, certificate: true));
    }

    [Fact]
    public void First_key_is_made_where_the_node_looks_for_it()
    {
        var settings = new NodeSettings { Urls = [ListenAddress.Parse("http://127.0.0.1:80", out _)!], BehindProxy = true, DataFolder = "/data" };
        Assert.EndsWith(
            "Add one first: marketmanager keys add NAME --role admin --data /data", Refusal(AccessRule.Decide(settings, 0)), StringComparison.Ordinal);
        var clustered = settings with { Cluster = new ClusterSettings("Host=db", "a secret of the cluster", TimeSpan.FromSeconds(5), "default") };
        Assert.EndsWith(
            "Add one first: marketmanager keys add NAME --role admin (with MARKETMANAGER_POSTGRES, or ..._FILE, set as for this node)",
            Refusal(AccessRule.Decide(clustered, 0)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://*:8080")]
    [InlineData("http://127.0.0.1:8080")]
    public void Behind_a_proxy_plain_http_will_do_and_keys_are_needed(string url)
    {
        Assert.Contains("marketmanager keys add", Refusal(Decide(url, keys: 0, proxy: true)), StringComparison.Ordinal);
        Assert.IsType<AccessRule.KeysRequired>(Decide(url, keys: 1, proxy: true));
    }

    [Fact]
    public void Loopback_beside_another_address_needs_keys_too() =>
        Assert.IsType<AccessRule.KeysRequired>(Decide("http://127.0.0.1:80,https://*:443", keys: 1, certificate: true));

    private static AccessRule Decide(string urls, int keys, bool certificate = false, bool proxy = false) => AccessRule.Decide(
        new NodeSettings
        {
            Urls = [.. urls.Split(',').Select(u => ListenAddress.Parse(u, out _)!)],
            Certificate = certificate ? "/etc/tls.pem" : null,
            BehindProxy = proxy,
        },
        keys);

    private static string Refusal(AccessRule rule) => Assert.IsType<AccessRule.Refused>(rule).Why;
}
