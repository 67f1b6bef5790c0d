using System.Diagnostics;
using MarketManager.Host.Daemon;
using Xunit;

namespace MarketManager.Host.Tests.Daemon;

public sealed class ProcessIdentityTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pid-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Process_that_runs_is_alive_until_it_is_killed()
    {
        using var sleeper = Process.Start("sleep", "60");
        var identity = ProcessIdentity.Of(sleeper.Id)!;
        Assert.True(identity.IsAlive);

        sleeper.Kill();
        sleeper.WaitForExit();

        Assert.False(identity.IsAlive);
    }

    [Fact]
    public void Pid_that_was_used_again_is_another_process()
    {
        var me = ProcessIdentity.Current;
        Assert.True(me.IsAlive);
        Assert.False((me with { StartTicks = me.StartTicks - 1 }).IsAlive);
        Assert.False((me with { Boot = "an earlier one" }).IsAlive);
    }

    [Fact]
    public void Pid_file_names_its_writer_until_it_is_removed()
    {
        var file = new PidFile(_folder.FullName);
        Assert.Null(file.Running());

        file.Write();
        Assert.Equal(ProcessIdentity.Current, file.Running());

        file.Remove();
        Assert.False(File.Exists(file.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("what\nis\nthis\n")]
    [InlineData("1\n1\nan earlier boot\n")]
    public void Pid_file_of_nobody_names_nobody_and_stays(string content)
    {
        var file = new PidFile(_folder.FullName);
        File.WriteAllText(file.Path, content);

        Assert.Null(file.Running());
        file.Remove();
        Assert.True(File.Exists(file.Path));
    }
}
