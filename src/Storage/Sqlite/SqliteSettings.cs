using MarketManager.Actors.Settings;
using MarketManager.Storage.Sqlite.Engine;
using MarketManager.Storage.Sqlite.Reading;
using MarketManager.Storage.Sqlite.Writing;

namespace MarketManager.Storage.Sqlite;

/// <summary>Small values.</summary>
internal sealed class SqliteSettings(ReaderPool readers, SqliteWriter writer) : ISettingStore
{
    public ValueTask<string?> Read(string key, CancellationToken cancellationToken) => readers.Read(
        key,
        static (connection, key) =>
        {
            var row = connection.Prepare("SELECT value FROM setting WHERE key = ?").Add(key);
            var value = row.Step() ? row.Text() : null;
            row.Reset();
            return value;
        },
        cancellationToken);

    public async ValueTask Write(string key, string? value, CancellationToken cancellationToken) => await writer.Call(
        session => Write(session.Connection, key, value), cancellationToken);

    private static int Write(Connection connection, string key, string? value) => value is null
        ? connection.Prepare("DELETE FROM setting WHERE key = ?").Add(key).Execute()
        : connection.Prepare("INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            .Add(key).Add(value).Execute();
}
