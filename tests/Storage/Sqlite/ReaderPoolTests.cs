using MarketManager.Storage.Sqlite.Engine;
using MarketManager.Storage.Sqlite.Reading;
using Xunit;

namespace MarketManager.Storage.Tests.Sqlite;

public sealed class ReaderPoolTests
{
    [Fact]
    public async Task Statements_that_callers_make_up_do_not_pile_up()
    {
        using var folder = new TempFolder();
        Connection.OpenWriter(folder.Database).Dispose();
        await using var pool = new ReaderPool(folder.Database, capacity: 1);

        var most = 0;
        for (var i = 0; i < 3 * ReaderPool.MostStatements; i++)
        {
            var count = await pool.Read(
                i,
                static (connection, i) =>
                {
                    connection.Prepare($"SELECT {i}").Scalar();
                    return connection.StatementCount;
                },
                default);
            most = Math.Max(most, count);
        }

        Assert.Equal(ReaderPool.MostStatements, most);
    }

    [Fact]
    public async Task Read_that_throws_leaves_no_transaction_to_the_next_one()
    {
        using var folder = new TempFolder();
        Connection.OpenWriter(folder.Database).Dispose();
        await using var pool = new ReaderPool(folder.Database, capacity: 1);

        await Assert.ThrowsAsync<FormatException>(async () => await pool.Read<int, int>(
            0,
            static (connection, _) =>
            {
                connection.Prepare("SELECT 1").Step();
                throw new FormatException();
            },
            default));

        Assert.Equal(1, await pool.Read(0, static (connection, _) => connection.Prepare("SELECT 1").Scalar(), default));
    }
}
