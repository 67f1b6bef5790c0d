using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.Tests.Contract;
using MarketManager.TestKit.Postgres;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.PostgreSql;

public sealed class AnswersTests() : StoreContract(() => new PostgresUnderTest())
{
    private string Database => ((PostgresUnderTest)Store).Database;

    [Fact]
    public async Task Many_answers_are_forgotten_some_thousand_at_a_time()
    {
        var server = await PostgresServer.Shared();
        await server.Execute(
            Database,
            $$"""
            INSERT INTO mm.answer (caller, route, key, body_hash, answer, at)
            SELECT 'local', 'POST /', n::text, 'aa', '{}', '{{Noon:O}}' FROM generate_series(1, {{(2 * PostgresAnswers.Chunk) + 1}}) AS n;
            INSERT INTO mm.answer (caller, route, key, body_hash, answer, at) VALUES ('local', 'POST /', 'kept', 'aa', '{}', '{{Noon.AddHours(1):O}}');
            CREATE TABLE mm.forgotten (no serial, rows bigint);
            CREATE FUNCTION mm.count() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
              'BEGIN INSERT INTO mm.forgotten (rows) SELECT count(*) FROM gone; RETURN NULL; END';
            CREATE TRIGGER count AFTER DELETE ON mm.answer REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION mm.count();
            """);

        await Store.Answers.Forget(Noon.AddMinutes(1), default);

        Assert.Equal(
            $"{PostgresAnswers.Chunk} {PostgresAnswers.Chunk} 1",
            await server.Ask<string>(Database, "SELECT string_agg(rows::text, ' ' ORDER BY no) FROM mm.forgotten"));
        Assert.Equal("kept", await server.Ask<string>(Database, "SELECT string_agg(key, ' ') FROM mm.answer"));
    }
}
