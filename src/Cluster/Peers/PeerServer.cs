using System.Collections.Concurrent;
using System.Text;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers.Wire;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Cluster.Peers;

/// <summary>Answers other nodes: lets them in, and gives what they ask to the handler, each request once.</summary>
public sealed partial class PeerServer : IAsyncDisposable
{
    /// <summary>What a caller asks for in the header <c>Upgrade</c>.</summary>
    public const string Protocol = Handshake.Protocol;

    private readonly ConcurrentDictionary<ServingConnection, Task> _connections = new();
    private readonly IClusterViews _views;
    private readonly PeerOptions _options;
    private readonly World _world;
    private readonly LogLimiter _limiter;
    private readonly RequestLedger _ledger;
    private readonly ILogger<PeerServer> _log;
    private readonly LinkedList<CancellationTokenSource> _strangers = []; // in their handshake; who came first is in front
    private volatile bool _isStopping;

    /// <summary>Serves nobody yet.</summary>
    /// <param name="handler">Executes the requests.</param>
    /// <param name="views">Says who this node is.</param>
    /// <param name="options">Secret and limits.</param>
    /// <param name="world">The clock.</param>
    /// <param name="log">Who was refused, what failed.</param>
    public PeerServer(IPeerHandler handler, IClusterViews views, PeerOptions options, World world, ILogger<PeerServer> log)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Secret.Length, PeerOptions.ShortestSecret);
        _views = views;
        _options = options;
        _world = world;
        _limiter = new LogLimiter(world.Time);
        _ledger = new RequestLedger(handler, world, log);
        _log = log;
    }

    /// <summary>Serves one connection until it ends.</summary>
    /// <param name="stream">After the upgrade.</param>
    /// <param name="from">The other side's address, for the log.</param>
    /// <param name="abort">Cuts the connection, so that what reads or writes fails.</param>
    public async Task Serve(Stream stream, string from, Action abort)
    {
        try
        {
            var caller = await Admit(stream);
            await Serve(new ServingConnection(stream, abort, _ledger, _options, _world.Time), caller, from);
        }
        catch (Exception e)
        {
            // Of whatever kind: somebody who could be anybody did not get in.
            if (_limiter.MayLog(from))
            {
                LogRefused(_log, from, e is OperationCanceledException ? "it did not say who it is in time" : e.Message);
            }
        }
    }

    /// <summary>Takes no more requests, answers those it has, and returns when all callers have their answers.</summary>
    /// <param name="cancellationToken">Ends the patience: what is still unanswered is lost to its asker.</param>
    public async Task Stop(CancellationToken cancellationToken)
    {
        _isStopping = true;
        foreach (var connection in _connections.Keys)
        {
            connection.Leave();
        }

        try
        {
            await Task.WhenAll(_connections.Values).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            foreach (var connection in _connections.Keys)
            {
                connection.Close("this node stops");
            }
        }
    }

    /// <summary>Cuts all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stop(new CancellationToken(canceled: true));
        _ledger.Dispose();
    }

    private async Task<Identity> Admit(Stream stream)
    {
        using var patience = new CancellationTokenSource(_options.HandshakePatience, _world.Time);
        var place = new LinkedListNode<CancellationTokenSource>(patience);
        Enter(place);
        try
        {
            var view = _views.Current;
            var closed = _isStopping ? "that node stops" : view.Me == Guid.Empty ? "that node is not a member of its cluster now" : null;
            return await Handshake.Answer(
                stream, new Identity(view.Cluster, view.Me), Encoding.UTF8.GetBytes(_options.Secret), closed, patience.Token);
        }
        finally
        {
            lock (_strangers)
            {
                place.List?.Remove(place);
            }
        }
    }

    // A node says who it is within milliseconds: where too many knock, who has kept silent for longest has to go.
    private void Enter(LinkedListNode<CancellationTokenSource> place)
    {
        lock (_strangers)
        {
            _strangers.AddLast(place);
            if (_strangers.Count > _options.MaxHandshakes)
            {
                var first = _strangers.First!.Value;
                _strangers.RemoveFirst();
                if (_limiter.MayLog("strangers"))
                {
                    LogCrowded(_log, _options.MaxHandshakes);
                }

                first.CancelAll();
            }
        }
    }

    private async Task Serve(ServingConnection connection, Identity caller, string from)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = ended.Task;
        if (_isStopping)
        {
            connection.Leave();
        }

        await connection.Run();
        _connections.TryRemove(connection, out _);
        ended.SetResult();
        LogClosed(_log, caller.Incarnation, from, connection.Ended!);
    }

    [LoggerMessage(1, LogLevel.Warning, "a peer at {From} was not let in: {Reason}")]
    private static partial void LogRefused(ILogger log, string from, string reason);

    [LoggerMessage(3, LogLevel.Warning, "more than {Most} connections of peers have not said whose they are; the oldest one is cut")]
    private static partial void LogCrowded(ILogger log, int most);

    [LoggerMessage(2, LogLevel.Debug, "the connection of {Caller} at {From} is closed: {Reason}")]
    private static partial void LogClosed(ILogger log, Guid caller, string from, string reason);
}
