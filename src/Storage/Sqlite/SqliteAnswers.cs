using MarketManager.Actors.Idempotency;
using MarketManager.Storage.Sqlite.Reading;
using MarketManager.Storage.Sqlite.Writing;

namespace MarketManager.Storage.Sqlite;

/// <summary>Kept answers.</summary>
internal sealed class SqliteAnswers(ReaderPool readers, SqliteWriter writer) : IIdempotencyStore
{
    public ValueTask<AnswerKept?> Find(IdempotencyKey key, DateTimeOffset notBefore, CancellationToken cancellationToken) => readers.Read(
        (key, notBefore),
        static (connection, a) =>
        {
            var row = connection.Prepare("SELECT body_hash, answer, at FROM answer WHERE caller = ? AND route = ? AND key = ? AND at >= ?")
                .Add(a.key.Caller).Add(a.key.Route).Add(a.key.Key).Add(a.notBefore);
            var kept = row.Step() ? new AnswerKept(a.key with { BodyHash = row.Text() }, row.Text(), row.Time()) : null;
            row.Reset();
            return kept;
        },
        cancellationToken);

    public async ValueTask Forget(DateTimeOffset before, CancellationToken cancellationToken) => await writer.Call(
        session => session.Connection.Prepare("DELETE FROM answer WHERE at < ?").Add(before).Execute(), cancellationToken);
}
