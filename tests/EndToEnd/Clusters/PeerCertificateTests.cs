using System.Globalization;
using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>Nodes whose certificates are of an authority that only they know.</summary>
public sealed class PeerCertificateTests : IDisposable
{
    private readonly CertificateFolder _ours = new("Our Authority");
    private readonly CertificateFolder _others = new("Somebody Else");

    public void Dispose()
    {
        _ours.Dispose();
        _others.Dispose();
    }

    [Fact]
    public async Task Nodes_of_one_authority_talk_and_one_of_another_is_kept_out_and_named()
    {
        await using var cluster = await RealCluster.Make(lease: TimeSpan.FromSeconds(3));
        var one = await cluster.Add("n1", Tls(_ours, _ours));
        await cluster.Add("n2", Tls(_ours, _ours));
        await cluster.Settled(2);
        foreach (var asked in cluster.Nodes.Keys)
        {
            await RunningNode.Until($"{asked} has asked both how they are", async () =>
                (await Seen(cluster, from: asked)).SequenceEqual([("n1", "up", true), ("n2", "up", true)]));
        }

        await AnswersForBoth(one, "before");

        // Its certificate is in order by its own authority, of which the others have never heard, nor it of theirs.
        var stranger = await cluster.AddUnready("n3", Tls(_others, _others));
        await RunningNode.Until("n1 cannot reach it", async () => (await Seen(cluster, from: "n1")).Contains(("n3", "unreachable", false)));
        await RunningNode.Until("it says that it is not ready, and why", async () =>
            (await Reply.To(stranger.Http, "GET", "healthz/ready")).Text.Contains("no other node can be reached from here", StringComparison.Ordinal));
        await RunningNode.Until("it has handed over what it had", async () => await cluster.Ask<long>("SELECT count(DISTINCT owner) FROM mm.shard") == 2);
        await AnswersForBoth(one, "after");
        Assert.Contains(
            $"its certificate was issued by 'Somebody Else', and those in {_ours.Authority} do not vouch for it", one.Log, StringComparison.Ordinal);
        Assert.Contains(
            $"its certificate was issued by 'Our Authority', and those in {_others.Authority} do not vouch for it", stranger.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another's", "was issued by 'Somebody Else', and those in {0} do not vouch for it")]
    [InlineData("elsewhere", "is not for 127.0.0.1")]
    [InlineData("missing", "no authority could be read from /nowhere/ca.pem (--cluster-authority): ")]
    [InlineData("empty", "(--cluster-authority): there is no certificate in it")]
    public async Task Node_that_the_others_would_not_accept_does_not_start_and_says_why(string how, string why)
    {
        await using var cluster = await RealCluster.Make();
        var empty = Path.Combine(_ours.Path, "empty.pem");
        await File.WriteAllTextAsync(empty, "nothing\n");
        var outcome = await cluster.Refused("n1", how switch
        {
            "another's" => Tls(_others, _ours),
            "elsewhere" => Tls(_ours, _ours, host: "10.1.2.3"),
            "missing" => Tls(_ours, "/nowhere/ca.pem"),
            _ => Tls(_ours, empty),
        });
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(why.Replace("{0}", _ours.Authority, StringComparison.Ordinal), outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd().Split('\n'));
    }

    private static string[] Tls(CertificateFolder own, CertificateFolder trusted, string host = "127.0.0.1") => Tls(own, trusted.Authority, host);

    private static string[] Tls(CertificateFolder own, string trusted, string host = "127.0.0.1")
    {
        var (certificate, key) = own.Issue(host);
        return
        [
            "--urls", string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{RealCluster.FreePort()}"),
            "--certificate", certificate, "--certificate-key", key, "--cluster-authority", trusted,
        ];
    }

    /// <summary>The nodes as one of them sees them: their names, their states, and whether they could be asked.</summary>
    private static async Task<List<(string, string, bool)>> Seen(RealCluster cluster, string from) =>
        [.. (await cluster.Json(from, "nodes")).GetProperty("results").EnumerateArray().Select(node => (
            node.GetProperty("name").GetString()!, node.GetProperty("state").GetString()!, node.GetProperty("actors").ValueKind == JsonValueKind.Number))];

    /// <summary>Some of these exchanges are another node's.</summary>
    private static async Task AnswersForBoth(RunningNode node, string time)
    {
        for (var i = 0; i < 6; i++)
        {
            var id = await RealCluster.Create(node, string.Create(CultureInfo.InvariantCulture, $"Made {time} {i}"));
            Assert.Equal(id, (await node.Get(string.Create(CultureInfo.InvariantCulture, $"api/exchanges/{id}/"))).GetProperty("id").GetInt64());
        }
    }
}
