using System.Diagnostics;
using MarketManager.Storage.Sqlite;
using MarketManager.Storage.Tests.Contract;
using Xunit;

namespace MarketManager.Storage.Tests.Sqlite;

public sealed class CrashTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(400)]
    [InlineData(1500)]
    public async Task Killed_process_leaves_every_acknowledged_event_and_a_sound_file(int after)
    {
        using var writer = WriterProcess.Start(_folder.Path);
        var acknowledged = await writer.Acknowledged(after);
        acknowledged.AddRange(await writer.Kill());

        Assert.Empty(SqliteBackup.Check(_folder.Path).Findings);
        await using var store = SqliteUnderTest.Open(_folder.Path);
        var there = (await Recorder.Read(store.Journal)).Select(line => line.Split(' ')[0]);
        Assert.Empty(acknowledged.Except(there));
    }

    [Fact]
    public async Task Second_process_is_told_who_holds_the_folder()
    {
        using var writer = WriterProcess.Start(_folder.Path);
        await writer.Acknowledged(1);

        var refused = Assert.Throws<StoreLockedException>(() => SqliteUnderTest.Open(_folder.Path));

        Assert.Equal(writer.Id, refused.ProcessId);
        Assert.Contains(_folder.Path, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"process {writer.Id}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_is_free_as_soon_as_its_holder_is_killed()
    {
        using var writer = WriterProcess.Start(_folder.Path);
        await writer.Acknowledged(1);
        await writer.Kill();

        await using var store = SqliteUnderTest.Open(_folder.Path);
    }

    [Fact]
    public async Task Child_process_does_not_keep_the_folder()
    {
        Process child;
        await using (SqliteUnderTest.Open(_folder.Path))
        {
            child = Process.Start("sleep", "60");
        }

        try
        {
            await using var again = SqliteUnderTest.Open(_folder.Path);
        }
        finally
        {
            child.Kill();
            child.Dispose();
        }
    }
}
