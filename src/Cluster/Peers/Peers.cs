using System.Collections.Concurrent;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers.Wire;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Cluster.Peers;

/// <summary>Asks other nodes over the network: one connection to each, made when first needed, closed when the node leaves.</summary>
public sealed class Peers : IPeers, IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, PeerLink> _links = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly IClusterViews _views;
    private readonly PeerOptions _options;
    private readonly World _world;
    private readonly PeerDialer _dialer;
    private readonly LogLimiter _limiter;
    private readonly ILogger<Peers> _log;
    private readonly Task _following;

    /// <summary>Connects to nobody yet.</summary>
    /// <param name="views">Says who this node is, and who has left.</param>
    /// <param name="options">Secret and limits.</param>
    /// <param name="world">The clock, and jitter.</param>
    /// <param name="log">Connections made, lost, refused.</param>
    public Peers(IClusterViews views, PeerOptions options, World world, ILogger<Peers> log)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Secret.Length, PeerOptions.ShortestSecret);
        _views = views;
        _options = options;
        _world = world;
        _dialer = new PeerDialer(options.Authorities);
        _limiter = new LogLimiter(world.Time);
        _log = log;
        _following = Follow();
    }

    /// <inheritdoc/>
    public ValueTask<PeerReply> Ask(Member to, PeerRequest request, CancellationToken cancellationToken)
    {
        if (request.Within <= TimeSpan.Zero)
        {
            return new(PeerReply.Without(PeerOutcome.Expired, "its time was over before it was sent"));
        }

        if (request.Payload.Length > PeerRequest.MaxPayload)
        {
            return new(PeerReply.Declined($"a request of {request.Payload.Length} bytes is longer than {PeerRequest.MaxPayload}"));
        }

        return (_links.TryGetValue(to.Incarnation, out var link) ? link : Link(to)) is { } open
            ? open.Ask(request, cancellationToken)
            : new(PeerReply.Without(PeerOutcome.Unreachable, $"{to.Name} has left the cluster"));
    }

    /// <summary>Closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following;
        foreach (var link in _links.Values)
        {
            await link.DisposeAsync();
        }
    }

    // Null where nobody would close it again: that member has left.
    private PeerLink? Link(Member to) => _stopping.IsCancellationRequested || _views.Current.Find(to.Incarnation) is null
        ? null
        : _links.GetOrAdd(
            to.Incarnation,
            static (_, of) => new PeerLink(of.to, of.me._views, of.me._dialer, of.me._options, of.me._world, of.me._limiter, of.me._log),
            (to, me: this));

    private async Task Follow()
    {
        var view = ClusterView.Empty;
        try
        {
            while (true)
            {
                view = await _views.After(view, _stopping.Token);
                foreach (var incarnation in _links.Keys.Where(incarnation => view.Find(incarnation) is null))
                {
                    if (_links.TryRemove(incarnation, out var left))
                    {
                        await left.DisposeAsync();
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The node stops.
        }
    }
}
