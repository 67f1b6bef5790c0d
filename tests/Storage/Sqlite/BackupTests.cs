using MarketManager.Actors.Exchanges;
using MarketManager.Storage.Sqlite;
using MarketManager.Storage.Sqlite.Engine;
using MarketManager.Storage.Tests.Contract;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.Sqlite;

public sealed class BackupTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TempFolder _other = new();

    private string BackupFile => _other.File("backup.db");

    public void Dispose()
    {
        _folder.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Backup_beside_a_process_that_writes_is_a_sound_past_of_it()
    {
        using var writer = WriterProcess.Start(_folder.Path);
        var before = await writer.Acknowledged(100);

        Assert.True(SqliteBackup.Backup(_folder.Path, BackupFile) > 0);
        await writer.Acknowledged(100); // it goes on
        await writer.Kill();

        Assert.Null(SqliteBackup.Restore(BackupFile, _other.File("data"), Noon));
        Assert.Empty(SqliteBackup.Check(_other.File("data")).Findings);
        await using var restored = SqliteUnderTest.Open(_other.File("data"));
        var there = (await Recorder.Read(restored.Journal)).Select(line => line.Split(' ')[0]);
        Assert.Empty(before.Except(there));
    }

    [Fact]
    public async Task Restore_keeps_the_previous_database()
    {
        await Write(1, "old");
        SqliteBackup.Backup(_folder.Path, BackupFile);
        await Write(2, "new");

        var previous = SqliteBackup.Restore(BackupFile, _folder.Path, Noon);

        Assert.Equal(_folder.Database + ".before-20260301T120000000Z", previous);
        Assert.Equal(["1:1 changed.1 old"], await Read());
        SqliteBackup.Restore(previous!, _folder.Path, Noon.AddSeconds(1));
        Assert.Equal(["1:1 changed.1 old", "1:2 changed.1 new"], await Read());
    }

    [Fact]
    public async Task Restore_takes_the_place_of_a_damaged_database()
    {
        await Write(1, "old");
        SqliteBackup.Backup(_folder.Path, BackupFile);
        File.WriteAllText(_folder.Database, "damaged");

        var previous = SqliteBackup.Restore(BackupFile, _folder.Path, Noon);

        Assert.Equal("damaged", File.ReadAllText(previous!));
        Assert.Equal(["1:1 changed.1 old"], await Read());
    }

    [Fact]
    public async Task Restore_is_refused_while_a_process_holds_the_folder()
    {
        await Write(1, "old");
        SqliteBackup.Backup(_folder.Path, BackupFile);
        await using var store = SqliteUnderTest.Open(_folder.Path);

        Assert.Throws<StoreLockedException>(() => SqliteBackup.Restore(BackupFile, _folder.Path, Noon));
    }

    [Fact]
    public async Task Restore_of_a_newer_schema_is_refused_and_changes_nothing()
    {
        await Write(1, "old");
        SqliteBackup.Backup(_folder.Path, BackupFile);
        Change(BackupFile, "INSERT INTO migration (number, name, checksum, applied_at) VALUES (9999, '9999_future', 'x', 0)");

        Assert.Throws<SchemaTooNewException>(() => SqliteBackup.Restore(BackupFile, _folder.Path, Noon));
        Assert.Equal(["1:1 changed.1 old"], await Read());
    }

    [Fact]
    public async Task Restore_of_what_is_no_sound_backup_is_refused_and_changes_nothing()
    {
        await Write(1, "old");
        File.WriteAllText(BackupFile, string.Concat(Enumerable.Repeat("rubbish ", 1000)));

        Assert.Throws<BackupException>(() => SqliteBackup.Restore(BackupFile, _folder.Path, Noon));
        Assert.Throws<NothingStoredException>(() => SqliteBackup.Restore(_other.File("missing"), _folder.Path, Noon));
        Assert.Equal(["1:1 changed.1 old"], await Read());
        Assert.DoesNotContain(Directory.GetFiles(_folder.Path), file => file.Contains("restoring", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restore_of_a_damaged_backup_is_refused_and_changes_nothing()
    {
        await Write(1, "old");
        SqliteBackup.Backup(_folder.Path, BackupFile);
        Change(BackupFile, "DELETE FROM event; INSERT INTO event VALUES (1, 1, 1, 2, 'k', 1, 0, '')");

        Assert.Contains("is damaged: journal: exchange-1", Assert.Throws<BackupException>(() => SqliteBackup.Restore(BackupFile, _folder.Path, Noon)).Message, StringComparison.Ordinal);
        Assert.Equal(["1:1 changed.1 old"], await Read());
    }

    [Fact]
    public async Task Restore_of_another_program_s_database_is_refused()
    {
        await Write(1, "old");
        Change(BackupFile, "CREATE TABLE migration (number INTEGER, name TEXT, checksum TEXT)");

        Assert.Throws<BackupException>(() => SqliteBackup.Restore(BackupFile, _folder.Path, Noon));
        Assert.Equal(["1:1 changed.1 old"], await Read());
    }

    [Fact]
    public async Task Backup_never_overwrites()
    {
        await Write(1, "old");
        File.WriteAllText(BackupFile, "precious");

        Assert.Throws<BackupExistsException>(() => SqliteBackup.Backup(_folder.Path, BackupFile));
        Assert.Throws<BackupException>(() => SqliteBackup.Backup(_folder.Path, _other.File("no/such/folder.db")));
        Assert.Throws<NothingStoredException>(() => SqliteBackup.Backup(_other.Path, _other.File("other.db")));
        Assert.Equal("precious", File.ReadAllText(BackupFile));
        Assert.Equal([BackupFile], Directory.GetFiles(_other.Path));
    }

    [Fact]
    public async Task Check_finds_nothing_in_a_sound_database_and_counts()
    {
        await using var store = SqliteUnderTest.Open(_folder.Path);
        await store.Journal.Append(Append(1, 1, "a", "b") with
        {
            Rows = [new ExchangeInserted(Exchange(1)), new Actors.Markets.MarketsReplaced(1, 1, Noon, [Market("BTC")])],
        });

        var report = SqliteBackup.Check(_folder.Path);

        Assert.Empty(report.Findings);
        Assert.Equal((true, 2L, 1L, 0L, 1L), (report.Ok, report.Events, report.Exchanges, report.Runs, report.Markets));
    }

    [Theory]
    [InlineData("DELETE FROM event WHERE seq = 2", "journal: exchange-1 has 2 events from 1 to 3: some are missing")]
    [InlineData("DELETE FROM event WHERE seq = 1", "journal: exchange-1 has 2 events from 2 to 3, and no snapshot of what was before")]
    [InlineData("DELETE FROM event", "exchange 1 is listed, but the journal does not know it")]
    public async Task Check_finds_what_is_missing(string damage, string finding)
    {
        await using (var store = SqliteUnderTest.Open(_folder.Path))
        {
            await store.Journal.Append(Append(1, 1, "a", "b", "c") with { Rows = [new ExchangeInserted(Exchange(1))] });
        }

        Change(_folder.Database, damage);

        Assert.Equal([finding], SqliteBackup.Check(_folder.Path).Findings);
    }

    [Fact]
    public async Task Check_finds_damage_of_the_file()
    {
        await using (var store = SqliteUnderTest.Open(_folder.Path))
        {
            await store.Journal.Append(Append(1, 1, [.. Enumerable.Repeat(new string('x', 3000), 50)]));
        }

        using (var file = File.OpenWrite(_folder.Database))
        {
            file.Seek(file.Length - (30 * 4096), SeekOrigin.Begin);
            file.Write(Enumerable.Repeat((byte)0xFF, 4096).ToArray());
        }

        var report = SqliteBackup.Check(_folder.Path);
        Assert.False(report.Ok);
        Assert.All(report.Findings, finding => Assert.StartsWith("file: ", finding, StringComparison.Ordinal));
    }

    private static void Change(string database, string sql)
    {
        using var connection = Connection.OpenWriter(database);
        connection.Execute(sql);
    }

    private async Task Write(long sequence, string data)
    {
        await using var store = SqliteUnderTest.Open(_folder.Path);
        await store.Journal.Append(Append(1, sequence, data));
    }

    private async Task<List<string>> Read()
    {
        await using var store = SqliteUnderTest.Open(_folder.Path);
        return await Recorder.Read(store.Journal);
    }
}
