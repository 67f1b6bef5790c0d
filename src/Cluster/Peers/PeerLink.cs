using System.Text;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers.Wire;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Cluster.Peers;

/// <summary>The way to one life of one node: a connection that is made when it is needed, and made again when it is lost.</summary>
/// <remarks>After a try that failed, asking fails at once for a while instead of trying again.</remarks>
internal sealed partial class PeerLink : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Member _to;
    private readonly IClusterViews _views;
    private readonly PeerDialer _dialer;
    private readonly PeerOptions _options;
    private readonly World _world;
    private readonly LogLimiter _limiter;
    private readonly ILogger _log;
    private volatile CallerConnection? _connection;
    private Task<CallerConnection>? _connecting;
    private NoPeerException? _failure;
    private long _failedAt;
    private TimeSpan _step;
    private TimeSpan _pause;

    public PeerLink(
        Member to, IClusterViews views, PeerDialer dialer, PeerOptions options, World world, LogLimiter limiter, ILogger log)
    {
        _to = to;
        _views = views;
        _dialer = dialer;
        _options = options;
        _world = world;
        _limiter = limiter;
        _log = log;
    }

    /// <summary>Asks; see <see cref="IPeers.Ask"/>.</summary>
    public ValueTask<PeerReply> Ask(PeerRequest request, CancellationToken cancellationToken) =>
        _connection is { IsOpen: true } open ? open.Ask(request, cancellationToken) : ConnectAndAsk(request, cancellationToken);

    /// <summary>Closes the connection: who waits on it does not know.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task? connecting;
        lock (_gate)
        {
            connecting = _connecting;
        }

        await (connecting ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connection?.Close("that node has left the cluster, or this one does");
    }

    private async ValueTask<PeerReply> ConnectAndAsk(PeerRequest request, CancellationToken cancellationToken)
    {
        var began = _world.Time.GetTimestamp();
        try
        {
            var connection = await Connect().WaitAsync(request.Within, _world.Time, cancellationToken);
            var left = request.Within - _world.Time.GetElapsedTime(began);
            return left > TimeSpan.Zero
                ? await connection.Ask(request with { Within = left }, cancellationToken)
                : throw new TimeoutException();
        }
        catch (TimeoutException)
        {
            return PeerReply.Without(PeerOutcome.Unreachable, $"{_to.Name} was not reached in time");
        }
        catch (NoPeerException e)
        {
            return PeerReply.Without(e.Outcome, e.Message);
        }
    }

    // One try at a time, which all share who ask meanwhile; it goes on when they give up.
    private Task<CallerConnection> Connect()
    {
        lock (_gate)
        {
            if (_connection is { IsOpen: true } open)
            {
                return Task.FromResult(open);
            }

            if (_connecting is { IsCompleted: false })
            {
                return _connecting;
            }

            if (_failure is not null && _world.Time.GetElapsedTime(_failedAt) < _pause)
            {
                return Task.FromException<CallerConnection>(_failure);
            }

            return _connecting = Open();
        }
    }

    private async Task<CallerConnection> Open()
    {
        using var patience = new CancellationTokenSource(_options.HandshakePatience, _world.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stopping.Token);
        Stream? stream = null;
        try
        {
            var view = _views.Current;
            stream = await _dialer.Open(_to.Address, either.Token);
            await Handshake.Call(
                stream, new Identity(view.Cluster, view.Me), _to.Incarnation, Encoding.UTF8.GetBytes(_options.Secret), either.Token);
            var connection = new CallerConnection(stream, stream.Dispose, _options, _world.Time);
            lock (_gate)
            {
                _stopping.Token.ThrowIfCancellationRequested();
                _connection = connection;
                _failure = null;
            }

            _ = Follow(connection);
            return connection;
        }
        catch (Exception e)
        {
            await (stream?.DisposeAsync() ?? default);
            throw Failed(e, patience.IsCancellationRequested);
        }
    }

    private async Task Follow(CallerConnection connection)
    {
        LogConnected(_log, _to.Name, _to.Address);
        await connection.Run();
        LogClosed(_log, _to.Name, _to.Address, connection.Ended!);
    }

    private NoPeerException Failed(Exception e, bool tookTooLong)
    {
        var outcome = e is PeerRefusedException ? PeerOutcome.Refused : PeerOutcome.Unreachable;
        var why = tookTooLong ? $"no connection within {_options.HandshakePatience.TotalSeconds:0.###} s" : e.Message;
        if (_limiter.MayLog(_to.Name))
        {
            LogUnreachable(_log, _to.Name, _to.Address, why);
        }

        lock (_gate)
        {
            var step = _failure is null ? _options.FirstPause : 2 * _step;
            _step = step < _options.LongestPause ? step : _options.LongestPause;
            _pause = (_step / 2) + _world.NextDuration(_step / 2);
            _failedAt = _world.Time.GetTimestamp();
            return _failure = new NoPeerException(outcome, $"{_to.Name} at {_to.Address}: {why}");
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "connected to {Peer} at {Address}")]
    private static partial void LogConnected(ILogger log, string peer, Uri address);

    [LoggerMessage(2, LogLevel.Information, "the connection to {Peer} at {Address} is closed: {Reason}")]
    private static partial void LogClosed(ILogger log, string peer, Uri address, string reason);

    [LoggerMessage(3, LogLevel.Warning, "no connection to {Peer} at {Address}: {Reason}")]
    private static partial void LogUnreachable(ILogger log, string peer, Uri address, string reason);

    private sealed class NoPeerException(PeerOutcome outcome, string why) : Exception(why)
    {
        public PeerOutcome Outcome { get; } = outcome;
    }
}
