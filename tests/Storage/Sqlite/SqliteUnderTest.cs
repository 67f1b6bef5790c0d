using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Kernel;
using MarketManager.Storage.Sqlite;
using MarketManager.Storage.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Storage.Tests.Sqlite;

/// <summary>A store in a folder of its own, which is removed in the end.</summary>
public sealed class SqliteUnderTest : StoreUnderTest
{
    private readonly TempFolder _folder = new();

    public SqliteUnderTest() => Store = Open(_folder.Path);

    public SqliteStore Store { get; private set; }

    public string Folder => _folder.Path;

    public override IJournal Journal => Store.Journal;

    public override IExchangeReader Exchanges => Store.Exchanges;

    public override IRunReader Runs => Store.Runs;

    public override IRunRetention Retention => Store.Retention;

    public override IMarketReader Markets => Store.Markets;

    public override IIdempotencyStore Answers => Store.Answers;

    public override IKeyStore Keys => Store.Keys;

    public override ISettingStore Settings => Store.Settings;

    public override IStoreHealth Health => Store.Health;

    public static SqliteStore Open(string folder) => SqliteStore.Open(new StoreOptions { Folder = folder }, World.Real(), NullLoggerFactory.Instance);

    public override async ValueTask Reopen()
    {
        await Store.DisposeAsync();
        Store = Open(_folder.Path);
    }

    public override async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>A folder that is removed in the end.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mm-storage-").FullName;

    public string Database => System.IO.Path.Combine(Path, "marketmanager.db");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
