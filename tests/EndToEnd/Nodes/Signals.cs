using System.Runtime.InteropServices;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>What a shell's <c>kill</c> does, to processes of this test's own.</summary>
internal static class Signals
{
    public static void Kill(int pid) => Send(pid, 9);

    /// <summary>SIGUSR2, which means what its receiver makes of it.</summary>
    public static void SendUser2(int pid) => Send(pid, 12);

    /// <summary>SIGINT, as Ctrl-C.</summary>
    public static void Interrupt(int pid) => Send(pid, 2);

    public static void Terminate(int pid) => Send(pid, 15);

    public static void Continue(int pid) => Send(pid, 18);

    public static void Freeze(int pid) => Send(pid, 19);

    /// <summary>Whether a process is there and is more than an entry that nobody has read the end of.</summary>
    public static bool Lives(int pid)
    {
        try
        {
            // pid (name) state ...; the name may have any character in it.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Send(int pid, int signal)
    {
        if (Signal(pid, signal) != 0)
        {
            throw new InvalidOperationException($"signal {signal} could not be sent to {pid}");
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int pid, int signal);
}
