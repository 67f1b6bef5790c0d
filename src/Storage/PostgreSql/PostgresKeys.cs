using MarketManager.Actors.Access;
using MarketManager.Storage.PostgreSql.Reading;

namespace MarketManager.Storage.PostgreSql;

/// <summary>API keys. A taken id breaks the rule <c>api_key_id</c>.</summary>
internal sealed class PostgresKeys(ReaderSource readers) : IKeyStore
{
    public async ValueTask Add(ApiKey key, CancellationToken cancellationToken) => await readers.Execute(
        "INSERT INTO mm.api_key (id, name, role, hash, created, revoked) VALUES ($1, $2, $3, $4, $5, $6)",
        parameters => parameters.Add(key.Id).Add(key.Name).Add(Names.Of(key.Role)).Add(key.Hash.ToArray()).Add(key.Created).Add(key.Revoked),
        cancellationToken);

    public async ValueTask<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken) => await readers.Read(
        "SELECT id, name, role, hash, created, revoked FROM mm.api_key ORDER BY created, id",
        null,
        row => new ApiKey(row.Text(), row.Text(), Names.To<Role>(row.Text()), row.Bytes(), row.Time(), row.TimeOrNull()),
        cancellationToken);

    public async ValueTask<bool> Revoke(string id, DateTimeOffset at, CancellationToken cancellationToken) => await readers.Execute(
        "UPDATE mm.api_key SET revoked = $1 WHERE id = $2 AND revoked IS NULL", parameters => parameters.Add(at).Add(id), cancellationToken) == 1;
}
