using MarketManager.Actors.Settings;
using MarketManager.Storage.PostgreSql.Reading;

namespace MarketManager.Storage.PostgreSql;

/// <summary>Small values.</summary>
internal sealed class PostgresSettings(ReaderSource readers) : ISettingStore
{
    public async ValueTask<string?> Read(string key, CancellationToken cancellationToken)
    {
        var values = await readers.Read(
            "SELECT value FROM mm.setting WHERE key = $1", parameters => parameters.Add(key), row => row.Text(), cancellationToken);
        return values is [var value] ? value : null;
    }

    public async ValueTask Write(string key, string? value, CancellationToken cancellationToken) => await (value is null
        ? readers.Execute("DELETE FROM mm.setting WHERE key = $1", parameters => parameters.Add(key), cancellationToken)
        : readers.Execute(
            "INSERT INTO mm.setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            parameters => parameters.Add(key).Add(value),
            cancellationToken));
}
