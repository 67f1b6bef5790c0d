using System.Runtime.ExceptionServices;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Membership;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Sessions;

/// <summary>
/// The servers that a connection string names, of which one is the cluster's primary. All sessions of a process are opened here,
/// so that none is at another server than the rest, and none goes back to one that was replaced.
/// </summary>
/// <remarks>
/// Promoting a standby begins a new timeline. On it, what the last primary had acknowledged may be missing where replication was
/// not synchronous, so nobody may go on with what he has in memory: the first to come raises all epochs, and owners read their
/// shards anew. https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES
/// </remarks>
/// <param name="connectionString">As in <see cref="PostgresOptions.ConnectionString"/>.</param>
public sealed class PostgresServers(string connectionString)
{
    private readonly Lock _gate = new();
    private readonly string[] _hosts = (new NpgsqlConnectionStringBuilder(connectionString).Host ?? string.Empty)
        .Split(',', StringSplitOptions.TrimEntries);

    private int _first; // who was right last is asked first
    private ServerId? _seen;
    private int _generation;

    /// <summary>As it was given.</summary>
    public string ConnectionString => connectionString;

    /// <summary>
    /// This process has found another server than the one that it worked with: promoted, or restored. Raised before any session
    /// at it can be used; must be quick.
    /// </summary>
    internal event Action<ServerId>? Replaced;

    /// <summary>A server was refused because it was replaced, and must not run any more; with the reason.</summary>
    internal event Action<string>? Refused;

    /// <summary>Whether the server that a session was opened at is still the right one.</summary>
    internal bool IsCurrent(int generation) => generation == Volatile.Read(ref _generation);

    /// <summary>How many there are.</summary>
    internal int Count => _hosts.Length;

    /// <summary>Their numbers, the most promising first.</summary>
    internal IEnumerable<int> Order
    {
        get
        {
            var first = Volatile.Read(ref _first);
            return Enumerable.Range(0, Count).Select(i => (first + i) % Count);
        }
    }

    /// <summary>How to connect to one of them alone.</summary>
    internal string At(int no, string settings)
    {
        // Which of them is the right one is judged here.
        var alone = new NpgsqlConnectionStringBuilder(settings) { Host = _hosts[no], LoadBalanceHosts = false };
        alone.Remove("Target Session Attributes");
        return alone.ConnectionString;
    }

    /// <summary>Remembers who was right.</summary>
    internal void Prefer(int no) => Volatile.Write(ref _first, no);

    /// <summary>Opens a session, on the caller's thread.</summary>
    /// <returns>With it, what <see cref="IsCurrent"/> asks for.</returns>
    internal (NpgsqlConnection Connection, int Generation) Open(string settings)
    {
        List<Exception> failures = [];
        foreach (var no in Order)
        {
            var (connection, name) = New(no, settings);
            try
            {
                connection.Open();
                using (var naming = Naming(connection, name))
                {
                    naming.ExecuteNonQuery();
                }

                var generation = Check(connection).Generation;
                Prefer(no);
                return (connection, generation);
            }
            catch (Exception e)
            {
                connection.Dispose();
                if (PostgresFailures.OfConnecting(e) is not { } failure)
                {
                    throw;
                }

                failures.Add(failure);
            }
        }

        throw NoneOf(failures);
    }

    /// <summary>Opens a session.</summary>
    /// <inheritdoc cref="Open"/>
    internal async ValueTask<(NpgsqlConnection Connection, int Generation)> OpenAsync(string settings, CancellationToken cancellationToken)
    {
        List<Exception> failures = [];
        foreach (var no in Order)
        {
            var (connection, name) = New(no, settings);
            try
            {
                await connection.OpenAsync(cancellationToken);
                await using (var naming = Naming(connection, name))
                {
                    await naming.ExecuteNonQueryAsync(cancellationToken);
                }

                var (_, generation) = await CheckAsync(connection, cancellationToken);
                Prefer(no);
                return (connection, generation);
            }
            catch (Exception e)
            {
                await connection.DisposeAsync();
                if (PostgresFailures.OfConnecting(e) is not { } failure)
                {
                    throw;
                }

                failures.Add(failure);
            }
        }

        throw NoneOf(failures);
    }

    /// <summary>Opens a session at the primary with the highest timeline: who has seen none yet could take a replaced one for the right one.</summary>
    /// <remarks>Knows nothing of the cluster's tables, which may not be there.</remarks>
    internal async ValueTask<NpgsqlConnection> OpenNewest(string settings, CancellationToken cancellationToken)
    {
        List<Exception> failures = [];
        (NpgsqlConnection Connection, int Timeline)? best = null;
        foreach (var no in Order)
        {
            var (connection, name) = New(no, settings);
            try
            {
                await connection.OpenAsync(cancellationToken);
                await using (var naming = Naming(connection, name))
                {
                    await naming.ExecuteNonQueryAsync(cancellationToken);
                }

                await ServerCheck.Verify(connection, cancellationToken);
                await using var ask = new NpgsqlCommand($"SELECT {Statements.Timeline}", connection);
                var timeline = (int)(await ask.ExecuteScalarAsync(cancellationToken))!;
                if (best is { } other && other.Timeline >= timeline)
                {
                    await connection.DisposeAsync();
                    continue;
                }

                await (best?.Connection.DisposeAsync() ?? default);
                best = (connection, timeline);
                Prefer(no);
            }
            catch (Exception e)
            {
                await connection.DisposeAsync();
                if (PostgresFailures.OfConnecting(e) is not { } failure)
                {
                    await (best?.Connection.DisposeAsync() ?? default);
                    throw;
                }

                failures.Add(failure);
            }
        }

        return best?.Connection ?? throw NoneOf(failures);
    }

    /// <summary>Checks a new session; the first to come to a promoted server raises all epochs.</summary>
    /// <returns>Whether it was the first, and what <see cref="IsCurrent"/> asks for.</returns>
    /// <exception cref="PostgresUnusableException">It is a standby, an old primary or behind a pooler; the right one may be back soon.</exception>
    internal (bool IsFirst, int Generation) Check(NpgsqlConnection connection)
    {
        var sight = ServerSight.Of(connection);
        Refuse(connection, sight);
        if (sight.Server == sight.Recorded)
        {
            return Accept(connection, sight, isFirst: false);
        }

        var known = Volatile.Read(ref _generation);
        using var raise = RaiseEpochs(connection, sight.Server);
        return Accept(connection, sight, HasRaised(raise.ExecuteNonQuery()), known);
    }

    /// <inheritdoc cref="Check"/>
    internal async ValueTask<(bool IsFirst, int Generation)> CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var sight = await ServerSight.OfAsync(connection, cancellationToken);
        Refuse(connection, sight);
        if (sight.Server == sight.Recorded)
        {
            return Accept(connection, sight, isFirst: false);
        }

        var known = Volatile.Read(ref _generation);
        await using var raise = RaiseEpochs(connection, sight.Server);
        return Accept(connection, sight, HasRaised(await raise.ExecuteNonQueryAsync(cancellationToken)), known);
    }

    // The driver keeps something of every connection string that it was ever given, and incarnations are many: what differs with them
    // is said afterwards.
    private (NpgsqlConnection Connection, string? Name) New(int no, string settings)
    {
        var alone = new NpgsqlConnectionStringBuilder(At(no, settings));
        var name = alone.ApplicationName;
        alone.ApplicationName = "mm";
        return (new NpgsqlConnection(alone.ConnectionString), name);
    }

    private static NpgsqlCommand Naming(NpgsqlConnection connection, string? name) =>
        new("SELECT set_config('application_name', $1, false)", connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = name ?? "mm" } } };

    private static string NameOf(NpgsqlConnection connection) => $"PostgreSQL at {connection.Host}:{connection.Port}";

    // One message, and so one transaction.
    private static NpgsqlCommand RaiseEpochs(NpgsqlConnection connection, ServerId server) => new(Statements.RaiseEpochs, connection)
    {
        Parameters = { new("identifier", server.System), new("timeline", server.Timeline) },
    };

    // The cluster's row is written in any case; shards only by the first.
    private static bool HasRaised(int rows) => rows > 1;

    private void Refuse(NpgsqlConnection connection, ServerSight sight)
    {
        var name = NameOf(connection);
        if (sight.Process != connection.ProcessID)
        {
            throw new PostgresUnusableException($"{name} is reached through a transaction pooler; the cluster needs direct connections");
        }

        if (sight.IsStandby)
        {
            throw new PostgresUnusableException($"{name} is a standby, which cannot be written; name the primary");
        }

        if (sight.Server.System == sight.Recorded.System && sight.Server.Timeline < sight.Recorded.Timeline)
        {
            throw OldPrimary(
                $"{name} is on timeline {sight.Server.Timeline}, the cluster has moved on to {sight.Recorded.Timeline}: this is an old primary; "
                + "connect to the promoted one");
        }

        lock (_gate)
        {
            RefuseOlder(name, sight.Server);
        }
    }

    private PostgresUnusableException OldPrimary(string reason)
    {
        Refused?.Invoke(reason);
        return new PostgresUnusableException(reason);
    }

    private void RefuseOlder(string name, ServerId server)
    {
        if (_seen is { } seen && (server.System != seen.System || server.Timeline < seen.Timeline))
        {
            throw OldPrimary(
                $"{name} (system {server.System}, timeline {server.Timeline}) is not the one that was used last (system {seen.System}, "
                + $"timeline {seen.Timeline}): an old primary must not run any more");
        }
    }

    // Another session of this process may have come to the server after the epochs were raised and before this one was answered: it
    // is not replaced twice.
    private (bool IsFirst, int Generation) Accept(NpgsqlConnection connection, ServerSight sight, bool isFirst, int known = 0)
    {
        lock (_gate)
        {
            RefuseOlder(NameOf(connection), sight.Server);
            var isOther = _seen is { } before && (before != sight.Server || (isFirst && known == _generation));
            _seen = sight.Server;
            if (isOther)
            {
                Volatile.Write(ref _generation, _generation + 1);
                Replaced?.Invoke(sight.Server);
            }

            return (isFirst, _generation);
        }
    }

    internal static Exception NoneOf(List<Exception> failures)
    {
        if (failures.Count == 1)
        {
            ExceptionDispatchInfo.Throw(failures[0]);
        }

        return new StoreUnavailableException(
            $"none of {failures.Count} servers will do: {string.Join("; ", failures.Select(failure => failure.Message))}", failures[0]);
    }
}
