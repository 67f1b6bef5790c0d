using MarketManager.Actors.Settings;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Reading;
using MarketManager.Storage.PostgreSql.Writing;

namespace MarketManager.Storage.PostgreSql;

/// <summary>Whether the store works: it answers, is a primary, and refuses no writes. Writes only after a write has failed, to see whether it goes again.</summary>
internal sealed class PostgresHealth(ReaderSource readers, PostgresWriter writer, LossAlarm alarm, TimeProvider time) : IStoreHealth
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private volatile string _version = string.Empty;

    public async ValueTask<StoreHealth> Check(CancellationToken cancellationToken)
    {
        try
        {
            return await Patience.Within(Look, time, cancellationToken); // writes may wait for a standby, and the connections are few
        }
        catch (TimeoutException)
        {
            return Health($"the database does not answer within {Patience.TotalSeconds:0} s");
        }
    }

    private async ValueTask<StoreHealth> Look(CancellationToken cancellationToken)
    {
        try
        {
            var seen = await readers.Read(
                "SELECT current_setting('server_version'), pg_is_in_recovery()",
                null,
                row => (Version: row.Text(), IsStandby: row.Bool()),
                cancellationToken);
            _version = seen[0].Version;
            if (writer.Failure is not null)
            {
                await readers.Execute(
                    "INSERT INTO mm.counter (name, last) VALUES ('probe', 1) ON CONFLICT (name) DO UPDATE SET last = mm.counter.last + 1",
                    null,
                    cancellationToken);
            }

            return Health(seen[0].IsStandby ? "the server is a standby, which cannot be written" : writer.Refusal?.Message);
        }
        catch (Exception e) when (e is StoreException or ObjectDisposedException)
        {
            return Health(e.Message);
        }
    }

    private StoreHealth Health(string? trouble) => new("postgresql", _version, trouble is null, trouble ?? alarm.Sentence);
}
