using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Kernel;
using MarketManager.Storage.Sqlite.Engine;
using MarketManager.Storage.Sqlite.Reading;
using MarketManager.Storage.Sqlite.Writing;
using Microsoft.Extensions.Logging;

namespace MarketManager.Storage.Sqlite;

/// <summary>The embedded store: a database file in the data folder, which one process at a time holds.</summary>
public sealed partial class SqliteStore : IStore
{
    private readonly StoreFolder _folder;
    private readonly SqliteWriter _writer;
    private readonly ReaderPool _readers;

    private SqliteStore(StoreFolder folder, StoreOptions options, WriteSession session, World world, ILogger log)
    {
        _folder = folder;
        _readers = new ReaderPool(folder.Database, options.Readers);
        _writer = new SqliteWriter(folder.Database, options, session, new StoreMetrics(world.Time), log);
        Journal = new SqliteJournal(_readers, _writer);
        Exchanges = new SqliteExchanges(_readers, _writer);
        Runs = new SqliteRuns(_readers);
        Retention = new SqliteRetention(_readers, _writer);
        Markets = new SqliteMarkets(_readers);
        Answers = new SqliteAnswers(_readers, _writer);
        Keys = new SqliteKeys(_readers, _writer);
        Settings = new SqliteSettings(_readers, _writer);
        Health = new CachedHealth(new SqliteHealth(_readers, _writer, world.Time), world.Time);
    }

    /// <summary>Events, snapshots and the rows that belong to them.</summary>
    public IJournal Journal { get; }

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

    /// <summary>The one that writes; for tests that break it.</summary>
    internal SqliteWriter Writer => _writer;

    /// <summary>Takes the data folder, and opens the database in it or makes one.</summary>
    /// <exception cref="StoreLockedException">Another process holds the folder.</exception>
    /// <exception cref="StoreFolderException">The folder cannot be used.</exception>
    /// <exception cref="StoreCorruptException">The file is damaged or not a database.</exception>
    /// <exception cref="SchemaTooNewException">A newer version of the program wrote the database.</exception>
    /// <exception cref="MigrationChangedException">Another form of a migration built the database.</exception>
    /// <exception cref="StoreFullException">The disk is full.</exception>
    /// <exception cref="StoreUnavailableException">The database cannot be opened, or another process locks it.</exception>
    public static SqliteStore Open(StoreOptions options, World world, ILoggerFactory loggers)
    {
        var log = loggers.CreateLogger<SqliteStore>();
        var folder = StoreFolder.Take(options.Folder);
        try
        {
            var session = OpenSession(folder.Database, world.Now);
            LogOpened(log, folder.Database, SqliteLibrary.Version);
            return new SqliteStore(folder, options, session, world, log);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Commits what is queued, closes the database, and gives the folder free.</summary>
    public async ValueTask DisposeAsync()
    {
        // Readers first: the last connection to close folds the write-ahead log into the database.
        await _readers.DisposeAsync();
        await _writer.DisposeAsync();
        _folder.Dispose();
    }

    private static WriteSession OpenSession(string path, DateTimeOffset now)
    {
        try
        {
            using (var connection = Connection.OpenWriter(path))
            {
                Migrations.Apply(connection, path, Migrations.All, now);
            }

            return new WriteSession(path);
        }
        catch (SqliteFailure failure) when (failure.IsCorrupt)
        {
            throw new StoreCorruptException(path, failure);
        }
        catch (SqliteFailure failure)
        {
            throw failure.ToStoreException();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Store {Path} is open, SQLite {Version}")]
    private static partial void LogOpened(ILogger logger, string path, string version);
}
