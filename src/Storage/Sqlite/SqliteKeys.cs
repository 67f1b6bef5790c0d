using MarketManager.Actors.Access;
using MarketManager.Storage.Sqlite.Reading;
using MarketManager.Storage.Sqlite.Writing;

namespace MarketManager.Storage.Sqlite;

/// <summary>API keys. A taken id breaks the rule <c>api_key_id</c>.</summary>
internal sealed class SqliteKeys(ReaderPool readers, SqliteWriter writer) : IKeyStore
{
    public async ValueTask Add(ApiKey key, CancellationToken cancellationToken) => await writer.Call(
        session => session.Connection.Prepare("INSERT INTO api_key (id, name, role, hash, created, revoked) VALUES (?, ?, ?, ?, ?, ?)")
            .Add(key.Id).Add(key.Name).Add(Names.Of(key.Role)).AddBlob(key.Hash.Span).Add(key.Created).Add(key.Revoked).Execute(),
        cancellationToken);

    public ValueTask<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken) => readers.Read(
        0,
        static (connection, _) =>
        {
            var keys = new List<ApiKey>();
            var rows = connection.Prepare("SELECT id, name, role, hash, created, revoked FROM api_key ORDER BY created, id");
            while (rows.Step())
            {
                keys.Add(new ApiKey(rows.Text(), rows.Text(), Names.To<Role>(rows.Text()), rows.Bytes().ToArray(), rows.Time(), rows.TimeOrNull()));
            }

            return (IReadOnlyList<ApiKey>)keys;
        },
        cancellationToken);

    public async ValueTask<bool> Revoke(string id, DateTimeOffset at, CancellationToken cancellationToken) => await writer.Call(
        session => session.Connection.Prepare("UPDATE api_key SET revoked = ? WHERE id = ? AND revoked IS NULL").Add(at).Add(id).Execute() == 1,
        cancellationToken);
}
