using System.Globalization;

namespace MarketManager.Host.Daemon;

/// <summary>A process that no later one can be taken for: pids are used again, these three together are not.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot; a changed clock does not change it.</param>
/// <param name="Boot">The boot it lives in.</param>
/// <remarks>Source: proc(5), /proc/[pid]/stat field 22, and /proc/sys/kernel/random/boot_id.</remarks>
public sealed record ProcessIdentity(int Pid, long StartTicks, string Boot)
{
    /// <summary>True while it runs; a process that ended and was not yet reaped does not.</summary>
    public bool IsAlive => Of(Pid) == this;

    /// <summary>This process.</summary>
    public static ProcessIdentity Current =>
        Of(Environment.ProcessId) ?? throw new PlatformNotSupportedException("/proc/self/stat cannot be read");

    /// <summary>The process of that number; null where there is none.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        try
        {
            // The second field is the program's name in parentheses, which may hold anything; the third is the state.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X"
                ? null
                : new ProcessIdentity(pid, long.Parse(fields[19], CultureInfo.InvariantCulture), BootId());
        }
        catch (IOException)
        {
            // Gone before or while it was read.
            return null;
        }
    }

    private static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
