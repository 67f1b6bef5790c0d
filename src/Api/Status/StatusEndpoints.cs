using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Actors.Venues;
using MarketManager.Api.Http;
using MarketManager.Cluster.Inspection;
using MarketManager.Kernel;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Status;

/// <summary>Shows how the node is; also answers, with what it knows, while the store is away.</summary>
internal sealed class StatusEndpoints(
    ApiOptions options,
    NodeInfo node,
    IExchangeGateway gateway,
    IExchangeReader exchanges,
    IRunReader runs,
    IStoreHealth store,
    IWorkerReport workers,
    TimeProvider time,
    IClusterInspector? cluster = null) : IEndpoints
{
    private static readonly TimeSpan RunsCounted = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/api/status/", Role.Viewer, "Read the status of the node and what it looks after", Get)
        {
            Answers = [new(200, "Status", "The status.")],
        },
    ];

    private async Task Get(HttpContext http)
    {
        var status = await Look(http.RequestAborted);
        using var buffer = ReplyBuffer.Rent();
        StatusJson.Write(buffer.Json, status);
        await Reply.Send(http, StatusCodes.Status200OK, buffer);
    }

    private async ValueTask<StatusView> Look(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var nodes = cluster?.Nodes(stop) ?? ValueTask.FromResult<IReadOnlyList<NodeStatus>>([]);
        var health = await store.Check(stop);
        var (exchangeCounts, runCounts) = ((ExchangeCounts?)null, (RunCounts?)null);
        try
        {
            // Asked whatever its health: a store that is full takes no writes and can still be read.
            exchangeCounts = await exchanges.Count(stop);
            runCounts = await runs.CountSince(now - RunsCounted, stop);
        }
        catch (StoreException failure)
        {
            health = health with { Ok = false, Detail = health.Detail ?? failure.Message };
        }

        var state = node.State == NodeState.Running && !health.Ok ? NodeState.Degraded : node.State;
        return new StatusView(
            options.Version, node, state, now, gateway.Paused, await nodes, exchangeCounts, runCounts, health, workers.Workers);
    }
}
