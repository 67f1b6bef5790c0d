using System.Globalization;
using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>A node that was on its own becomes the first of a cluster, by the command that an operator gives.</summary>
public sealed class StorageCopyTests
{
    [Fact]
    public async Task What_a_single_node_had_is_the_clusters_and_goes_on_there()
    {
        await using var venue = await RunningSimulator.Start();
        await using var cluster = await RealCluster.Make();
        using var folder = new DataFolder();
        string[] options = ["--sim-url", venue.Address.GetLeftPart(UriPartial.Authority), "--workers", "1"];
        List<long> ids = [];
        string before;
        await using (var alone = await RunningNode.Start(folder, options))
        {
            for (var i = 1; i <= 3; i++)
            {
                ids.Add(await Create(alone, i));
                await Run(alone, ids[^1]);
            }

            await Run(alone, ids[0]);
            Assert.Equal(204, (await Reply.To(alone.Http, "DELETE", $"api/exchanges/{ids[2]}/")).Code);
            before = await Shown(alone, ids);
            Assert.Equal(0, (await alone.Stop()).ExitCode);
        }

        var copied = await Copy(folder, cluster);
        Assert.True(copied.ExitCode == 0, copied.Error);
        Assert.Equal("copied, read back and found the same; start the nodes of the cluster on it\n", copied.Error);
        Assert.Equal("2", copied.Out.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Single(row => row is ["exchange", ..])[1]);

        var node = await cluster.Add("n1", options[..2]);
        Assert.Equal(before, await Shown(node, ids));

        // It goes on where that ended: no id and no number is given out again.
        var next = await Create(node, 4);
        Assert.Equal(ids[^1] + 1, next);
        await Run(node, next);
        await Run(node, ids[0]);
        Assert.Equal(
            $"{ids[0]}: 1 2 3, {ids[1]}: 1, {ids[2]}: 1, {next}: 1",
            await cluster.Ask<string>(
                "SELECT string_agg(exchange || ': ' || numbers, ', ' ORDER BY exchange) FROM (SELECT exchange, string_agg(number::text, ' ' ORDER BY number) AS numbers FROM mm.run GROUP BY 1) r"));
        Assert.NotEqual(before, await Shown(node, ids));

        var again = await Copy(folder, cluster);
        Assert.NotEqual(0, again.ExitCode);
        Assert.StartsWith("error: ", again.Error, StringComparison.Ordinal);
    }

    private static Task<Outcome> Copy(DataFolder from, RealCluster to) =>
        Invocation.Run("storage", "copy", "--from", $"sqlite:{from.Path}", "--to", $"postgres:{to.Postgres}");

    private static async Task<long> Create(RunningNode node, int number)
    {
        var reply = await Reply.To(node.Http, "POST", "api/exchanges/", JsonSerializer.Serialize(new
        {
            name = string.Create(CultureInfo.InvariantCulture, $"Sim {number}"),
            venue = "sim",
            enabled = false,
            interval = 600,
        }));
        Assert.True(reply.Code == 201, reply.Text);
        return reply.Json.GetProperty("id").GetInt64();
    }

    private static async Task Run(RunningNode node, long exchange)
    {
        var reply = await Reply.To(node.Http, "POST", $"api/exchanges/{exchange}/run/?wait=60");
        Assert.True(reply.Code == 200 && reply["state"] == "succeeded", reply.Text);
    }

    /// <summary>All that clients are shown of exchanges, runs and markets, but where it is and how old it has become.</summary>
    private static async Task<string> Shown(RunningNode node, IEnumerable<long> exchanges)
    {
        List<JsonElement> shown =
        [
            await node.Get("api/exchanges/?ordering=id&limit=1000"), await node.Get("api/markets/?ordering=exchange,symbol&limit=1000"),
        ];
        foreach (var exchange in exchanges)
        {
            shown.Add(await node.Get($"api/exchanges/{exchange}/runs/?ordering=run_id&limit=1000"));
        }

        return string.Join('\n', shown.SelectMany(list => list.GetProperty("results").EnumerateArray()).Select(Lasting));
    }

    private static string Lasting(JsonElement element) => element.ValueKind is JsonValueKind.Object
        ? $"{{{string.Join(", ", element.EnumerateObject().Where(field => field.Name is not ("age_seconds" or "node")).Select(field => $"{field.Name}: {Lasting(field.Value)}"))}}}"
        : element.ToString();
}
