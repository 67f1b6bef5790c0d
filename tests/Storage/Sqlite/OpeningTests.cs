using System.Runtime.Versioning;
using MarketManager.Storage.Sqlite;
using MarketManager.Storage.Sqlite.Engine;
using Xunit;

namespace MarketManager.Storage.Tests.Sqlite;

public sealed class OpeningTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Missing_folder_is_made_for_this_user_only()
    {
        var folder = Path.Combine(_folder.Path, "deep", "data");
        await using var store = SqliteUnderTest.Open(folder);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    [Theory]
    [InlineData("journal_mode", "wal")]
    [InlineData("synchronous", "2")] // FULL: a commit is on the disk when it returns
    [InlineData("foreign_keys", "1")]
    public async Task Writer_is_set_to_lose_nothing(string pragma, string value)
    {
        await using var store = SqliteUnderTest.Open(_folder.Path);

        Assert.Equal(value, await store.Writer.Call(
            session =>
            {
                var row = session.Connection.Prepare($"SELECT {pragma} || '' FROM pragma_{pragma}");
                row.Step();
                var text = row.Text();
                row.Reset();
                return text;
            },
            default));
    }

    [Fact]
    public async Task Second_store_on_a_folder_is_refused_until_the_first_is_closed()
    {
        await using (SqliteUnderTest.Open(_folder.Path))
        {
            Assert.Equal(Environment.ProcessId, Assert.Throws<StoreLockedException>(() => SqliteUnderTest.Open(_folder.Path)).ProcessId);
        }

        await using var again = SqliteUnderTest.Open(_folder.Path);
    }

    [Fact]
    public void File_in_place_of_the_folder_is_refused_by_name()
    {
        var file = _folder.File("file");
        File.WriteAllText(file, string.Empty);

        Assert.Contains($"'{file}' is a file, not a folder", Refused<StoreFolderException>(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/proc/marketmanager")] // nobody can make a folder there, root neither
    [InlineData("/proc/1")]
    public void Folder_that_cannot_be_written_is_refused_by_name(string folder) =>
        Assert.Contains($"'{folder}' cannot be written", Refused<StoreFolderException>(folder), StringComparison.Ordinal);

    [Fact]
    public void File_that_is_no_database_is_refused_and_left_alone()
    {
        File.WriteAllText(_folder.Database, string.Concat(Enumerable.Repeat("this is not a database ", 1000)));

        Assert.Contains("storage restore", Refused<StoreCorruptException>(_folder.Path), StringComparison.Ordinal);
        Assert.StartsWith("this is not", File.ReadAllText(_folder.Database), StringComparison.Ordinal);
        File.Delete(_folder.Database);
        Assert.NotNull(SqliteUnderTest.Open(_folder.Path));
    }

    [Fact]
    public async Task Newer_schema_is_refused_by_name()
    {
        await Given("INSERT INTO migration (number, name, checksum, applied_at) VALUES (9999, '9999_future', 'x', 0)");

        Assert.Contains("'9999_future'", Refused<SchemaTooNewException>(_folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_migration_is_refused_by_name()
    {
        await Given("UPDATE migration SET checksum = 'x' WHERE number = 2");

        Assert.Contains("'0002_exchanges_and_runs'", Refused<MigrationChangedException>(_folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Migration_that_fails_leaves_nothing_of_itself()
    {
        using var connection = Connection.OpenWriter(_folder.Database);
        Migration[] migrations = [new("0001_fine", "CREATE TABLE a (x)"), new("0002_broken", "CREATE TABLE b (x); CREATE TABLE a (x)")];

        Assert.Throws<SqliteFailure>(() => Migrations.Apply(connection, _folder.Database, migrations, default));

        Assert.Equal(1, connection.Prepare("SELECT count(*) FROM sqlite_master WHERE name IN ('a', 'b')").Scalar());
        Assert.Equal(1, Migrations.Verify(connection, _folder.Database, migrations));
    }

    [Fact]
    public void Migrations_are_numbered_without_a_gap() =>
        Assert.Equal(Enumerable.Range(1, Migrations.All.Count), Migrations.All.Select(migration => migration.Number));

    private async Task Given(string change)
    {
        await using (SqliteUnderTest.Open(_folder.Path))
        {
        }

        using var connection = Connection.OpenWriter(_folder.Database);
        connection.Execute(change);
    }

    private static string Refused<T>(string folder)
        where T : Exception => Assert.Throws<T>(() => SqliteUnderTest.Open(folder)).Message;
}
