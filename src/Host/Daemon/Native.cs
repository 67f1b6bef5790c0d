using System.Runtime.InteropServices;

namespace MarketManager.Host.Daemon;

/// <summary>The calls of POSIX that .NET does not offer.</summary>
internal static partial class Native
{
    /// <summary>Please end.</summary>
    public const int SigTerm = 15;

    /// <summary>Sends a signal; false where there is no such process, or it is another user's.</summary>
    public static bool Signal(int pid, int signal) => Kill(pid, signal) == 0;

    /// <summary>Files made from now on are for their owner alone: databases, their
    /// backups, logs and the socket hold what others must not see.</summary>
    public static void MakeNewFilesPrivate() => _ = Umask(0x3F); // 0077

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint Umask(uint mask);
}
