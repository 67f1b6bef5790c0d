using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Faults;

/// <summary>kill -9 right after an answer of success: what it said is so after the restart.</summary>
public sealed class DurableAnswerTests(NodeOnSimulator rig) : IClassFixture<NodeOnSimulator>
{
    [Fact]
    public async Task Creation_survives_and_its_answer_is_repeated()
    {
        const string Body = """{"name":"Durable","venue":"sim","interval":600,"enabled":false}""";
        var created = await rig.Ask("POST", "api/exchanges/", Body, ("Idempotency-Key", "create"));
        await rig.KillAndStart();

        Assert.Equal(201, created.Code);
        Assert.Equal(created.Text, (await rig.Ask("GET", $"api/exchanges/{created["id"]}/")).Text);
        var again = await rig.Ask("POST", "api/exchanges/", Body, ("Idempotency-Key", "create"));
        Assert.Equal((201, created.Text), (again.Code, again.Text));
        Assert.Equal(created.Message.Headers.Location, again.Message.Headers.Location);
    }

    [Fact]
    public async Task Change_survives()
    {
        var path = $"api/exchanges/{await rig.Create()}/";
        var changed = await rig.Ask("PATCH", path, """{"interval":599,"name":"Changed","options":{"max_run":9}}""");
        await rig.KillAndStart();

        Assert.Equal(200, changed.Code);
        Assert.Equal(changed.Text, (await rig.Ask("GET", path)).Text);
        Assert.Equal(304, (await rig.Ask("GET", path, headers: ("If-None-Match", changed.Message.Headers.ETag!.Tag))).Code);
    }

    [Fact]
    public async Task Deletion_survives_and_the_history_stays()
    {
        var id = await rig.Create();
        var run = await rig.Run(id);
        var deleted = await rig.Ask("DELETE", $"api/exchanges/{id}/");
        await rig.KillAndStart();

        Assert.Equal(204, deleted.Code);
        Assert.Equal(404, (await rig.Ask("GET", $"api/exchanges/{id}/")).Code);
        Assert.Equal(run.ToString(), Assert.Single(await rig.Runs(id)).ToString());
        Assert.Empty(await rig.Markets(id));
        Assert.True(await rig.Create() > id, "ids are never used again");
    }

    [Fact]
    public async Task Accepted_run_survives_and_its_answer_is_repeated()
    {
        var path = $"api/exchanges/{await rig.Create()}/run/";
        var accepted = await rig.Ask("POST", path, headers: ("Idempotency-Key", "run"));
        await rig.KillAndStart();

        Assert.Equal(202, accepted.Code);
        var again = await rig.Ask("POST", path, headers: ("Idempotency-Key", "run"));
        Assert.Equal((202, accepted.Text), (again.Code, again.Text));
        var run = await rig.Node.Get(path.Replace("run/", $"runs/{accepted["run_id"]}/", StringComparison.Ordinal));
        Assert.Contains(run.GetProperty("state").GetString(), (string[])["succeeded", "crashed"]);
    }

    [Fact]
    public async Task Pause_survives_and_so_does_its_end()
    {
        Assert.Equal(200, (await rig.Ask("POST", "api/pause/")).Code);
        await rig.KillAndStart();
        Assert.True((await rig.Node.Get("api/status/")).GetProperty("paused").GetBoolean());
        var id = await rig.Create(interval: 1, enabled: true);

        Assert.Equal(200, (await rig.Ask("POST", "api/resume/")).Code);
        await rig.KillAndStart();
        Assert.False((await rig.Node.Get("api/status/")).GetProperty("paused").GetBoolean());
        await RunningNode.Until("it runs", async () => (await rig.Runs(id)).Length > 0);
        Assert.Equal(204, (await rig.Ask("DELETE", $"api/exchanges/{id}/")).Code);
    }

    [Fact]
    public async Task Key_survives_and_so_does_its_end()
    {
        var added = await rig.Ask("POST", "api/keys/", """{"name":"bot","role":"viewer"}""");
        await rig.KillAndStart();

        Assert.Equal(201, added.Code);
        var kept = (await rig.Node.Get("api/keys/")).GetProperty("results").EnumerateArray().Single();
        Assert.Equal(("bot", "viewer"), (kept.GetProperty("name").GetString(), kept.GetProperty("role").GetString()));

        Assert.Equal(204, (await rig.Ask("DELETE", $"api/keys/{added["id"]}/")).Code);
        await rig.KillAndStart();
        Assert.NotEqual(System.Text.Json.JsonValueKind.Null, (await rig.Node.Get("api/keys/")).GetProperty("results")[0].GetProperty("revoked").ValueKind);
    }
}
