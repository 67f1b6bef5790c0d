using System.Diagnostics;
using System.Globalization;

namespace MarketManager.Venues.Tests.Support;

/// <summary>Looks at processes and signals them, from outside.</summary>
internal static class OtherProcess
{
    /// <summary>Whether it still runs; one that is dead but not yet reaped does not.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Sends a signal, "KILL", "STOP" or "CONT".</summary>
    public static async Task Signal(int pid, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
