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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

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
        var health = store.Check(stop);
        var counts = await Count(now, stop);
        var seen = await health;
        seen = counts.Why is { } why ? seen with { Ok = false, Detail = seen.Detail ?? why } : seen;
        var members = await nodes;
        var isSuspended = members.Any(member => member.Name == node.Name && member.State == MemberState.Suspended);
        var state = node.State == NodeState.Running && (!seen.Ok || isSuspended) ? NodeState.Degraded : node.State;
        return new StatusView(options.Version, node, state, now, gateway.Paused, members, counts.Exchanges, counts.Runs, seen, workers.Workers);
    }

    // Whatever the store's health: one that is full takes no writes and can still be read. One that hangs is not waited for.
    private async Task<(ExchangeCounts? Exchanges, RunCounts? Runs, string? Why)> Count(DateTimeOffset now, CancellationToken stop)
    {
        var (ofExchanges, ofRuns) = ((ExchangeCounts?)null, (RunCounts?)null);
        try
        {
            ofExchanges = await Patience.Within(exchanges.Count, time, stop);
            ofRuns = await Patience.Within(token => runs.CountSince(now - RunsCounted, token), time, stop);
            return (ofExchanges, ofRuns, null);
        }
        catch (StoreException failure)
        {
            return (ofExchanges, ofRuns, failure.Message);
        }
        catch (TimeoutException)
        {
            return (ofExchanges, ofRuns, $"the store does not answer within {Patience.TotalSeconds:0} s");
        }
    }
}
