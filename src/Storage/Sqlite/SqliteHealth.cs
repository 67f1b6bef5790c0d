using MarketManager.Actors.Settings;
using MarketManager.Kernel;
using MarketManager.Storage.Sqlite.Engine;
using MarketManager.Storage.Sqlite.Reading;
using MarketManager.Storage.Sqlite.Writing;

namespace MarketManager.Storage.Sqlite;

/// <summary>Whether the store works: it takes the lock that a write takes, and reads.</summary>
/// <remarks>Writes only after a write has failed, one small row, to see whether it goes again; so asking often costs no disk.</remarks>
internal sealed class SqliteHealth(ReaderPool readers, SqliteWriter writer, TimeProvider time) : IStoreHealth
{
    private const string Probe = "INSERT INTO counter (name, last) VALUES ('probe', ?) ON CONFLICT (name) DO UPDATE SET last = excluded.last";

    public async ValueTask<StoreHealth> Check(CancellationToken cancellationToken)
    {
        try
        {
            var failed = writer.Failure is not null;
            await writer.Call(session => failed ? session.Connection.Prepare(Probe).Add(time.GetUtcNow()).Execute() : 0, cancellationToken);
            await readers.Read(0, static (connection, _) => connection.Prepare("SELECT count(*) FROM entity").Scalar(), cancellationToken);
            return Health(ok: true, detail: null);
        }
        catch (Exception e) when (e is StoreException or ObjectDisposedException)
        {
            return Health(ok: false, e.Message);
        }
    }

    private static StoreHealth Health(bool ok, string? detail) => new("sqlite", SqliteLibrary.Version, ok, detail);
}
