using System.Diagnostics;
using System.Text.RegularExpressions;
using MarketManager.Cli;
using Xunit;

namespace MarketManager.Deployment.Tests;

public sealed partial class SystemdTests
{
    private const string Folder = "docker/systemd";

    [Fact]
    public void Service_has_longer_to_stop_than_it_takes()
    {
        var unit = Repository.Text($"{Folder}/marketmanager.service");

        Assert.Matches(@"(?m)^Type=notify$", unit);
        Assert.Matches(@"(?m)^WatchdogSec=\d+$", unit);
        Assert.True(int.Parse(StopTime().Match(unit).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) > 15);
    }

    // A node ends with 1 where its store is away when it starts; wrong settings and a node open to strangers do not mend by themselves.
    [Fact]
    public void Service_is_started_again_for_as_long_as_that_can_help()
    {
        var unit = Repository.Text($"{Folder}/marketmanager.service");

        Assert.Matches(@"(?m)^Restart=always$", unit);
        Assert.Matches(@"(?m)^RestartSec=\d+$", unit);
        Assert.Matches(@"(?m)^StartLimitIntervalSec=0$", unit);
        Assert.DoesNotContain("StartLimitBurst", unit, StringComparison.Ordinal);
        Assert.Equal($"{ExitCode.Usage} {ExitCode.NotAllowed}", Final().Match(unit).Groups[1].Value);
    }

    [Theory]
    [InlineData("cluster.conf")]
    [InlineData("tls.conf")]
    public void Credential_that_is_loaded_is_the_one_that_is_read(string file)
    {
        var unit = Repository.Text($"{Folder}/{file}");

        Assert.Equal(Loaded().Matches(unit).Select(m => m.Groups[1].Value), Read().Matches(unit).Select(m => m.Groups[1].Value));
    }

    [FactWith("systemd-analyze")]
    public async Task Systemd_knows_every_line()
    {
        var root = Directory.CreateTempSubdirectory("units-").FullName;
        try
        {
            var units = Directory.CreateDirectory($"{root}/etc/systemd/system/marketmanager.service.d").FullName;
            Copy("marketmanager.service", $"{root}/etc/systemd/system/marketmanager.service");
            Copy("cluster.conf", $"{units}/cluster.conf");
            Copy("tls.conf", $"{units}/tls.conf");
            Directory.CreateDirectory($"{root}/opt/marketmanager");
            File.Copy("/bin/true", $"{root}/opt/marketmanager/marketmanager");

            // Units that it is to be started after, and this one's own, are all that is looked at.
            var (exitCode, output, error) = await Programs.Run(new ProcessStartInfo(
                "systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", $"--root={root}", "marketmanager.service"]));
            Assert.True(exitCode == 0 && !error.Contains("marketmanager", StringComparison.Ordinal), output + error);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        static void Copy(string name, string to) => File.WriteAllText(to, Repository.Text($"{Folder}/{name}"));
    }

    [GeneratedRegex(@"^TimeoutStopSec=(\d+)$", RegexOptions.Multiline)]
    private static partial Regex StopTime();

    [GeneratedRegex("^RestartPreventExitStatus=(.*)$", RegexOptions.Multiline)]
    private static partial Regex Final();

    [GeneratedRegex("^LoadCredential=([a-z.-]+):/etc/marketmanager/", RegexOptions.Multiline)]
    private static partial Regex Loaded();

    [GeneratedRegex("^Environment=[A-Z_]+=%d/(.*)$", RegexOptions.Multiline)]
    private static partial Regex Read();
}
