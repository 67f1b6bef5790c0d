using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>The secret that all nodes of a cluster share.</summary>
public sealed class SecretTests
{
    [Fact]
    public async Task Node_with_another_secret_gets_nothing_and_is_told_why()
    {
        await using var cluster = await RealCluster.Make();
        var one = await cluster.Add("one");
        var exchange = await RealCluster.Create(one, "Kept");

        var stranger = await cluster.RefusedWith("a secret of somebody else", "two");

        Assert.Equal(5, stranger.ExitCode);
        Assert.EndsWith(
            "error: the cluster in this database has another --cluster-secret, by which one live: give this node the same, or, to change it, "
            + "stop all nodes and start them with the new one\n",
            stranger.Error,
            StringComparison.Ordinal);
        Assert.Equal("one", await cluster.Ask<string>("SELECT string_agg(DISTINCT n.name, ' ') FROM mm.shard s JOIN mm.node n ON n.inc = s.owner"));
        Assert.Equal(200, (int)(await one.Http.GetAsync($"api/exchanges/{exchange}/")).StatusCode);
    }

    [Fact]
    public async Task First_key_of_a_cluster_is_made_in_its_database_and_nowhere_else()
    {
        await using var cluster = await RealCluster.Make();
        using var folder = new DataFolder();
        string[] words = ["keys", "add", "first", "--role", "admin", "--data", folder.Path];

        var lost = await Invocation.Run(new Dictionary<string, string> { ["MARKETMANAGER_POSTGRES_FILE"] = "/nowhere/postgres" }, words);
        Assert.Equal(2, lost.ExitCode);
        Assert.Contains("MARKETMANAGER_POSTGRES_FILE: cannot read '/nowhere/postgres'", lost.Error, StringComparison.Ordinal);
        var mistyped = await Invocation.Run(new Dictionary<string, string> { ["MARKETMANAGER_POSTGRESS"] = cluster.Postgres }, words);
        Assert.Equal(2, mistyped.ExitCode);
        Assert.Contains("did you mean MARKETMANAGER_POSTGRES?", mistyped.Error.Replace("'", string.Empty), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));

        var made = await Invocation.Run(new Dictionary<string, string> { ["MARKETMANAGER_POSTGRES"] = cluster.Postgres }, words);
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.StartsWith("no node runs here; these are the keys in the cluster's database\n", made.Error, StringComparison.Ordinal);
        Assert.Equal("first", await cluster.Ask<string>("SELECT string_agg(name, ' ') FROM mm.api_key"));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
