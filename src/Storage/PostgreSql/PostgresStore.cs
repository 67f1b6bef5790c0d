using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Budgets;
using MarketManager.Storage.PostgreSql.Membership;
using MarketManager.Storage.PostgreSql.Reading;
using MarketManager.Storage.PostgreSql.Sessions;
using MarketManager.Storage.PostgreSql.Writing;
using Microsoft.Extensions.Logging;

namespace MarketManager.Storage.PostgreSql;

/// <summary>The store of a cluster. All nodes read; what belongs to actors is written only by members, for shards that they own.</summary>
public sealed partial class PostgresStore : IStore
{
    /// <summary>How many lanes a member has: for group batches, for guarded writes, and two for the results of runs.</summary>
    public const int Lanes = LaneSet.Fewest + 1;

    private static readonly TimeSpan SayRefusalAfter = TimeSpan.FromMinutes(1);

    private readonly PostgresOptions _options;
    private readonly World _world;
    private readonly ILogger _log;
    private readonly ReaderSource _readers;
    private readonly PostgresWriter _writer;
    private readonly PostgresBudgets _budgets;
    private readonly LossAlarm _alarm;
    private long _refusalSaid;
    private readonly PostgresJournal _journal;

    private PostgresStore(PostgresServers servers, PostgresOptions options, World world, ILogger log)
    {
        (Servers, _options, _world, _log) = (servers, options, world, log);
        _readers = new ReaderSource(servers, "mm reader", options.Readers);
        _writer = new PostgresWriter(_readers);
        _alarm = new LossAlarm(servers, _readers, world.Time, log);
        _budgets = new PostgresBudgets(servers, world.Time, log);
        servers.Replaced += _ => _writer.ForgetEntities();
        servers.Refused += OnRefused;
        _journal = new PostgresJournal(servers, _writer);
        Exchanges = new PostgresExchanges(_readers, world.Time);
        Runs = new PostgresRuns(_readers);
        Retention = new PostgresRetention(_readers);
        Markets = new PostgresMarkets(_readers);
        Answers = new PostgresAnswers(_readers);
        Keys = new PostgresKeys(_readers);
        Settings = new PostgresSettings(_readers);
        Health = new CachedHealth(new PostgresHealth(_readers, _writer, _alarm, world.Time), world.Time);
    }

    /// <summary>The store has refused a write because the incarnation was declared dead. May come more than once; must not throw.</summary>
    public event Action<Guid>? Condemned;

    /// <summary>Where it is. Whoever else opens sessions for this process opens them there.</summary>
    public PostgresServers Servers { get; }

    /// <summary>Events, snapshots and the rows that belong to them. Appending works between <see cref="Enter"/> and <see cref="Exit"/>.</summary>
    public IJournal Journal => _journal;

    /// <summary>Reads exchanges.</summary>
    public IExchangeReader Exchanges { get; }

    /// <summary>Reads runs.</summary>
    public IRunReader Runs { get; }

    /// <summary>Forgets old runs and events.</summary>
    public IRunRetention Retention { get; }

    /// <summary>Reads markets.</summary>
    public IMarketReader Markets { get; }

    /// <summary>Answers to requests with an idempotency key.</summary>
    public IIdempotencyStore Answers { get; }

    /// <summary>API keys.</summary>
    public IKeyStore Keys { get; }

    /// <summary>Small values.</summary>
    public ISettingStore Settings { get; }

    /// <summary>Whether the store works.</summary>
    public IStoreHealth Health { get; }

    /// <summary>What all nodes together may ask of venues.</summary>
    public IBudgetLedger Budgets => _budgets;

    /// <summary>Connects, and brings the database to the schema of this program. Several nodes may do so at once.</summary>
    /// <exception cref="PostgresUnusableException">A transaction pooler is in between, or the server is a standby, an old primary or too old.</exception>
    /// <exception cref="SchemaTooNewException">A newer version of the program has left this one behind.</exception>
    /// <exception cref="MigrationChangedException">Another form of a migration built the database.</exception>
    /// <exception cref="StoreFullException">The disk is full.</exception>
    /// <exception cref="StoreUnavailableException">The server does not answer, or refuses.</exception>
    public static async ValueTask<PostgresStore> Open(
        PostgresOptions options, World world, ILoggerFactory loggers, CancellationToken cancellationToken = default)
    {
        var log = loggers.CreateLogger<PostgresStore>();
        try
        {
            var servers = new PostgresServers(options.ConnectionString);
            await using var connection = await PostgresSession.OpenFirst(servers, "mm opening", cancellationToken);
            await PostgresMigrations.Apply(connection, PostgresMigrations.All, world.Now, log, cancellationToken);
            await PostgresSession.Execute(connection, Statements.FirstServer, cancellationToken);
            if ((await servers.CheckAsync(connection, cancellationToken)).IsFirst)
            {
                LogPromoted(log, connection.Host!, connection.Port);
            }

            LogOpened(log, connection.Host!, connection.Port, connection.Database, connection.PostgreSqlVersion);
            return new PostgresStore(servers, options, world, log);
        }
        catch (Exception e) when (e is not StoreException && PostgresFailures.IsOfStore(e))
        {
            throw PostgresFailures.ToStoreException(e);
        }
    }

    /// <summary>Begins to write for an incarnation. What is written before its rows are in <c>mm.node</c> and <c>mm.lane</c> is refused.</summary>
    /// <param name="incarnation">Who writes.</param>
    /// <param name="lanes">How many rows it has in <c>mm.lane</c>, numbered from 0; see <see cref="Lanes"/>.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    /// <exception cref="StoreUnavailableException">The sessions cannot be opened.</exception>
    public ValueTask Enter(Guid incarnation, int lanes, CancellationToken cancellationToken = default) => _writer.Enter(
        new LaneSurroundings(
            Servers, _options, incarnation, _world, new StoreMetrics(_world.Time), _alarm.Acknowledged, _log, dead => Condemned?.Invoke(dead)),
        lanes,
        cancellationToken);

    /// <summary>Writes what is queued, where the store still takes it, and refuses what comes after, until it enters again.</summary>
    public ValueTask Exit() => _writer.Exit();

    /// <summary>Before <see cref="Exit"/>: who still writes waits for a store that is away no longer.</summary>
    public void Leave() => _writer.Leave();

    /// <summary>Commits what is queued, and closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _alarm.DisposeAsync();
        await _budgets.DisposeAsync();
        await _journal.DisposeAsync();
        await _readers.DisposeAsync();
    }

    // Every session that is opened finds out anew.
    private void OnRefused(string reason)
    {
        var (said, now) = (Interlocked.Read(ref _refusalSaid), _world.Time.GetTimestamp());
        if ((said == 0 || _world.Time.GetElapsedTime(said, now) > SayRefusalAfter) && Interlocked.CompareExchange(ref _refusalSaid, now, said) == said)
        {
            LogRefused(_log, reason);
        }
    }

    [LoggerMessage(10, LogLevel.Information, "Store {Host}:{Port}/{Database} is open, PostgreSQL {Version}")]
    private static partial void LogOpened(ILogger logger, string host, int port, string database, Version version);

    [LoggerMessage(11, LogLevel.Warning, "PostgreSQL at {Host}:{Port} was promoted or restored since the cluster last wrote; all shards change hands")]
    private static partial void LogPromoted(ILogger logger, string host, int port);

    [LoggerMessage(16, LogLevel.Error, "Refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
