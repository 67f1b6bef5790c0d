using MarketManager.Cluster.Members;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Sessions;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Membership;

/// <summary>
/// Membership and ownership on PostgreSQL, in the tables of 0001_cluster.sql. Three sessions of a node: its presence, its changes,
/// and the news.
/// </summary>
/// <param name="servers">Where PostgreSQL is; the same for all sessions of the process.</param>
/// <param name="lease">The cluster's lease: what the presence session does not answer within half of it, it never does.</param>
/// <param name="time">For pauses.</param>
/// <param name="logger">Where it tells of sessions that it ended.</param>
/// <param name="seal">Of this node's secret.</param>
public sealed class PostgresClusterStore(
    PostgresServers servers, TimeSpan lease, TimeProvider time, ILogger<PostgresClusterStore> logger, ClusterSeal seal) : IClusterStore
{
    private const string LockTimeout = "SET LOCAL lock_timeout = '300ms'";
    private const int CondemnTries = 4;
    private static readonly TimeSpan Reconnecting = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ChangePatience = TimeSpan.FromSeconds(3);

    private Guid _me;
    private long _session;
    private Presence? _presence;
    private ChangeSession? _changes;
    private Listener? _listener; // news are a hint: that they are missing costs half a second

    /// <inheritdoc/>
    public event Action? News;

    /// <inheritdoc/>
    public async ValueTask<long> Connect(Guid incarnation, CancellationToken cancellationToken)
    {
        _presence?.Dispose();
        _presence = null;
        if (_me != incarnation)
        {
            await CloseOthers();
            _me = incarnation;
        }

        _presence = Guard(() => Presence.Open(servers, Session("off", lease / 2), incarnation));
        _changes ??= new ChangeSession(servers, Session("local", ChangePatience));
        _listener ??= new Listener(
            servers,
            Session("off", ChangePatience),
            time,
            (connection, cancel) => connection.Execute("LISTEN mm", cancel),
            _ => News?.Invoke(),
            _ => News?.Invoke());
        return ++_session;
    }

    /// <inheritdoc/>
    public ValueTask<ClusterSight> Look(CancellationToken cancellationToken) => new(Guard(Here.Look));

    /// <inheritdoc/>
    public ValueTask<bool> Beat(CancellationToken cancellationToken) => new(Guard(Here.Beat));

    /// <inheritdoc/>
    public async ValueTask Join(Joining me, CancellationToken cancellationToken)
    {
        if (!await TryJoin(me, isSure: false, cancellationToken))
        {
            // A restart of the store ends all sessions at once; who lives opens new ones within this time.
            await Task.Delay(Reconnecting, time, cancellationToken);
            await TryJoin(me, isSure: true, cancellationToken);
        }
    }

    /// <returns>False where it has another secret than members that have no session, and is not sure that they are gone.</returns>
    private async Task<bool> TryJoin(Joining me, bool isSure, CancellationToken cancellationToken)
    {
        try
        {
            return await Change(
                async connection => await new Admission(connection, seal).Join(me, isSure, cancellationToken) ? Done.Yes : null, cancellationToken);
        }
        catch (StoreException problem) when (problem.InnerException is PostgresException { ConstraintName: "node_name" })
        {
            var address = await Guarded(() => _changes!.Use(
                async connection =>
                {
                    await using var ask = connection.Command(Statements.AddressOf, ("name", me.Name));
                    return await ask.ExecuteScalarAsync(cancellationToken) as string;
                },
                cancellationToken));
            throw new NodeNameTakenException(me.Name, address is null ? me.Address : new Uri(address));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> Condemn(Guid dead, long seenBeat, string reason, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await End(dead, seenBeat, reason, cancellationToken);
            }
            catch (StoreException problem)
                when (tries < CondemnTries && problem.InnerException is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
            {
                var ended = await Guarded(() => _changes!.Use(
                    async connection =>
                    {
                        await using var terminate = connection.Command(Statements.Terminate, ("name", ClusterSessions.NameOf(dead)));
                        return (long)(await terminate.ExecuteScalarAsync(cancellationToken))!;
                    },
                    cancellationToken));
                MembershipLog.Terminated(logger, dead, ended);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Fence>> Claim(string role, int most, CancellationToken cancellationToken)
    {
        List<Fence> claimed = [];
        await Change(
            async connection =>
            {
                await using (var alive = connection.Command(Statements.LockMe, ("me", _me)))
                {
                    if (await alive.ExecuteScalarAsync(cancellationToken) is null)
                    {
                        return null;
                    }
                }

                await using (var claim = connection.Command(Statements.Claim, ("me", _me), ("role", role), ("most", most)))
                {
                    await using var rows = await claim.ExecuteReaderAsync(cancellationToken);
                    while (await rows.ReadAsync(cancellationToken))
                    {
                        claimed.Add(new Fence(role, rows.GetInt32(0), rows.GetInt64(1)));
                    }
                }

                await connection.Execute("NOTIFY mm", cancellationToken);
                return Done.Yes;
            },
            cancellationToken);
        claimed.Sort(static (one, other) => one.Shard.CompareTo(other.Shard));
        return claimed;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> Release(Fence shard, Guid? wanted, CancellationToken cancellationToken) =>
        await Change(
            async connection =>
            {
                // A lane that is held longer makes this fail: a death that is to be declared must not wait behind it.
                await connection.Execute("SET LOCAL lock_timeout = '1s'", cancellationToken);
                await using var release = connection.Command(Statements.Release, ("me", _me), ("role", shard.Role), ("no", shard.Shard),
                    ("epoch", shard.Epoch), ("wanted", wanted));
                await using (var rows = await release.ExecuteReaderAsync(cancellationToken))
                {
                    await rows.NextResultAsync(cancellationToken);
                    if (!await rows.ReadAsync(cancellationToken))
                    {
                        return null;
                    }
                }

                await connection.Execute("NOTIFY mm", cancellationToken);
                return Done.Yes;
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask SetLeaving(bool leaving, CancellationToken cancellationToken) =>
        await Guarded(() => Changes.Use(
            connection => connection.Execute(Statements.SetLeaving, cancellationToken, ("me", _me), ("leaving", leaving)), cancellationToken));

    /// <inheritdoc/>
    public async ValueTask Leave(CancellationToken cancellationToken) => await End(_me, null, "left", cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseOthers();
        _presence?.Dispose();
        _presence = null;
    }

    private Presence Here => _presence switch
    {
        null => throw new StoreUnavailableException("there is no session at PostgreSQL"),
        var here when !servers.IsCurrent(here.Generation) => throw new StoreUnavailableException("the session is at a PostgreSQL server that was replaced"),
        var here => here,
    };

    private string Session(string synchronousCommit, TimeSpan patience) =>
        ClusterSessions.Of(servers.ConnectionString, _me, synchronousCommit, patience);

    private ChangeSession Changes => _changes ?? throw new StoreUnavailableException("there is no session at PostgreSQL");

    private Task<bool> End(Guid dead, long? seenBeat, string reason, CancellationToken cancellationToken) =>
        Change(
            async connection =>
            {
                await connection.Execute(LockTimeout, cancellationToken);
                await using (var alive = connection.Command(Statements.LockNode, ("dead", dead)))
                {
                    alive.Parameters.Add(new("beat", NpgsqlDbType.Bigint) { Value = seenBeat is { } beat ? beat : DBNull.Value });
                    if (await alive.ExecuteScalarAsync(cancellationToken) is null)
                    {
                        return null;
                    }
                }

                await connection.Execute(Statements.End, cancellationToken, ("dead", dead), ("reason", reason));
                await connection.Execute(Statements.RaiseLevel, cancellationToken);
                return Done.Yes;
            },
            cancellationToken);

    /// <summary>One transaction.</summary>
    /// <returns>False where <paramref name="change"/> found nothing to change.</returns>
    private async Task<bool> Change(Func<NpgsqlConnection, Task<Done?>> change, CancellationToken cancellationToken) =>
        await Guarded(() => Changes.Transact(change, cancellationToken)) is not null;

    private async Task CloseOthers()
    {
        if (_listener is { } listener)
        {
            _listener = null;
            await listener.DisposeAsync();
        }

        if (_changes is { } changes)
        {
            _changes = null;
            await changes.DisposeAsync();
        }
    }

    private static T Guard<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception problem) when (IsOfTheStore(problem))
        {
            throw Unavailable(problem);
        }
    }

    private static async Task<T> Guarded<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception problem) when (IsOfTheStore(problem))
        {
            throw Unavailable(problem);
        }
    }

    private static bool IsOfTheStore(Exception problem) =>
        problem is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException or InvalidOperationException
            or ObjectDisposedException or PostgresUnusableException;

    private static StoreUnavailableException Unavailable(Exception problem) =>
        new($"PostgreSQL does not answer membership: {problem.Message}", problem);

    private sealed class Done
    {
        public static Done Yes { get; } = new();
    }
}
