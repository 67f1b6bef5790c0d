using System.Globalization;
using System.Text.Json;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>A node whose venue <c>sim</c> is a simulator of the test's own, with the requests that tests of faults make.</summary>
public sealed class NodeOnSimulator : IAsyncLifetime, IAsyncDisposable
{
    private DataFolder? _ownData;
    private RunningSimulator? _simulator;
    private RunningNode? _node;
    private int _names;

    internal RunningNode Node => _node!;

    internal RunningSimulator Venue => _simulator!;

    internal DataFolder Data { get; private set; } = null!;

    /// <summary>Variables of the node's, besides those of this process.</summary>
    internal IReadOnlyDictionary<string, string> Variables { get; private init; } = new Dictionary<string, string>();

    /// <summary>How many workers the node has.</summary>
    internal int WorkerCount { get; private init; } = 1;

    public async Task InitializeAsync()
    {
        Data ??= _ownData = new DataFolder();
        _simulator = await RunningSimulator.Start();
        await Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        if (_simulator is not null)
        {
            await _simulator.DisposeAsync();
        }

        _ownData?.Dispose();
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    /// <summary>One for a single test, on a folder of its own unless one is given.</summary>
    internal static async Task<NodeOnSimulator> Make(DataFolder? data = null)
    {
        var made = new NodeOnSimulator { Data = data! };
        await made.InitializeAsync();
        return made;
    }

    /// <summary>One for a single test, with variables of its own.</summary>
    internal static async Task<NodeOnSimulator> Make(IReadOnlyDictionary<string, string> variables, int workers = 1)
    {
        var made = new NodeOnSimulator { Variables = variables, WorkerCount = workers };
        await made.InitializeAsync();
        return made;
    }

    /// <summary>A node on the same data.</summary>
    public async Task Start() => _node = await RunningNode.Start(
        Data,
        Variables,
        [
            "--workers", WorkerCount.ToString(CultureInfo.InvariantCulture),
            "--sim-url", Venue.Address.GetLeftPart(UriPartial.Authority),
        ]);

    /// <summary>Ends the node as hard as possible, and starts the next one.</summary>
    public async Task KillAndStart()
    {
        await Node.KillHard();
        await Node.DisposeAsync();
        await Start();
    }

    internal Task<Reply> Ask(string method, string path, string? body = null, params (string Name, string Value)[] headers) =>
        Reply.To(Node.Http, method, path, body, headers: headers);

    /// <summary>An exchange on the simulator with a name of its own.</summary>
    /// <returns>Its id.</returns>
    internal async Task<long> Create(string options = "{}", int interval = 600, bool enabled = false)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"Sim {Interlocked.Increment(ref _names)}");
        var reply = await Ask("POST", "api/exchanges/", JsonSerializer.Serialize(
            new { name, venue = "sim", interval, enabled, options = JsonDocument.Parse(options).RootElement }));
        Assert.True(reply.Code == 201, reply.Text);
        return reply.Json.GetProperty("id").GetInt64();
    }

    /// <summary>A run on demand, as it ended.</summary>
    internal async Task<JsonElement> Run(long exchange)
    {
        var reply = await Ask("POST", $"api/exchanges/{exchange}/run/?wait=60");
        Assert.True(reply.Code == 200, reply.Text);
        return reply.Json;
    }

    /// <summary>A run on demand that goes on.</summary>
    /// <returns>Its id.</returns>
    internal async Task<string> Begin(long exchange)
    {
        var reply = await Ask("POST", $"api/exchanges/{exchange}/run/");
        Assert.True(reply.Code == 202, reply.Text);
        return reply["run_id"]!;
    }

    /// <summary>A run when it has ended.</summary>
    internal async Task<JsonElement> Ended(long exchange, string run)
    {
        var reply = await Ask("GET", $"api/exchanges/{exchange}/runs/{run}/?wait=60");
        Assert.True(reply.Code == 200, reply.Text);
        return reply.Json;
    }

    /// <summary>All runs of an exchange, oldest first.</summary>
    internal async Task<JsonElement[]> Runs(long exchange) =>
        [.. (await Node.Get($"api/exchanges/{exchange}/runs/?limit=1000&ordering=run_id")).GetProperty("results").EnumerateArray()];

    internal Task<JsonElement> Exchange(long exchange) => Node.Get($"api/exchanges/{exchange}/");

    /// <summary>The markets of an exchange, without what changes as time goes by.</summary>
    internal async Task<string[]> Markets(long exchange) =>
        [.. (await Node.Get($"api/markets/?limit=1000&exchange={exchange}")).GetProperty("results").EnumerateArray()
            .Select(market => string.Join(' ', market.EnumerateObject().Where(field => field.Name != "age_seconds")))];

    /// <summary>The pids of the worker processes.</summary>
    internal async Task<int[]> Workers() =>
        [.. (await Node.Get("api/status/")).GetProperty("workers").EnumerateArray().Select(worker => worker.GetProperty("pid"))
            .Where(pid => pid.ValueKind == JsonValueKind.Number).Select(pid => pid.GetInt32())];

    /// <summary>How a run ended: state, kind of error, attempts.</summary>
    internal static string Outcome(JsonElement run) =>
        $"{run.GetProperty("state")} {(run.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? error.GetProperty("kind") : "-")} {run.GetProperty("attempts")}";
}
