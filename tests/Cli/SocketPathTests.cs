using System.Text;
using Xunit;

namespace MarketManager.Cli.Tests;

public sealed class SocketPathTests
{
    private static string LongFolder => "/" + new string('d', 90);

    [Fact]
    public void Socket_lies_in_the_data_folder() =>
        Assert.Equal("/srv/mm/marketmanager.sock", SocketPath.Of("/srv/mm/", _ => null));

    [Fact]
    public void Relative_folder_counts_from_the_current_one() =>
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "data/marketmanager.sock"), SocketPath.Of("./data", _ => null));

    [Fact]
    public void Path_of_100_bytes_is_used_and_of_101_is_not()
    {
        var folder = "/" + new string('d', SocketPath.MaxBytes - 1 - SocketPath.FileName.Length - 1);
        Assert.Equal(100, SocketPath.Of(folder, _ => null).Length);
        Assert.Equal($"{folder}/marketmanager.sock", SocketPath.Of(folder, _ => null));
        Assert.StartsWith("/run/user/7/", SocketPath.Of(folder + "d", RunTimeFolder("/run/user/7")), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_count_and_not_characters() =>
        Assert.StartsWith("/run/user/7/", SocketPath.Of("/" + new string('é', 50), RunTimeFolder("/run/user/7")), StringComparison.Ordinal);

    [Fact]
    public void Long_path_moves_to_the_run_time_folder_under_a_name_of_its_own()
    {
        var path = SocketPath.Of(LongFolder, RunTimeFolder("/run/user/7"));
        Assert.Matches("^/run/user/7/marketmanager-[0-9a-f]{16}\\.sock$", path);
        Assert.Equal(path, SocketPath.Of(LongFolder + "/", RunTimeFolder("/run/user/7")));
        Assert.NotEqual(path, SocketPath.Of(LongFolder + "d", RunTimeFolder("/run/user/7")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not/absolute")]
    public void Without_a_run_time_folder_the_users_own_in_tmp_is_used(string? runtime) =>
        Assert.Matches("^/tmp/marketmanager-[0-9]+/marketmanager-[0-9a-f]{16}\\.sock$", SocketPath.Of(LongFolder, RunTimeFolder(runtime)));

    [Fact]
    public void Run_time_folder_that_is_too_long_itself_is_passed_over()
    {
        var path = SocketPath.Of(LongFolder, RunTimeFolder("/" + new string('r', 90)));
        Assert.StartsWith("/tmp/marketmanager-", path, StringComparison.Ordinal);
        Assert.True(Encoding.UTF8.GetByteCount(path) <= SocketPath.MaxBytes);
    }

    [Fact]
    public void Folder_is_made_for_its_owner_alone()
    {
        var parent = Directory.CreateTempSubdirectory("cli");
        try
        {
            var folder = Path.Combine(parent.FullName, "run");
            SocketPath.MakeFolder(Path.Combine(folder, "x.sock"));
            Assert.Equal("rwx------", Mode(folder));
        }
        finally
        {
            parent.Delete(recursive: true);
        }
    }

    private static Func<string, string?> RunTimeFolder(string? folder) => name => name == "XDG_RUNTIME_DIR" ? folder : null;

    private static string Mode(string folder)
    {
        var mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(folder);
        return mode == (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute) ? "rwx------" : mode.ToString();
    }
}
