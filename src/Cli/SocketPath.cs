using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MarketManager.Cli;

/// <summary>Where the UNIX socket of a node is, given its data folder; node and command both go by this rule.</summary>
/// <remarks>The kernel allows 107 bytes for such a path (unix(7), <c>sun_path</c>). A longer one moves to the user's run-time
/// folder, under a name made from the data folder's path.</remarks>
public static class SocketPath
{
    /// <summary>The socket's name in the data folder.</summary>
    public const string FileName = "marketmanager.sock";

    /// <summary>The longest path that is used, in bytes of UTF-8.</summary>
    public const int MaxBytes = 100;

    /// <summary>The socket of the node that keeps its data in this folder.</summary>
    /// <param name="dataFolder">Absolute, or relative to the current folder.</param>
    /// <param name="environment">Looks up environment variables.</param>
    public static string Of(string dataFolder, Func<string, string?> environment)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));
        var path = Path.Combine(folder, FileName);
        if (Fits(path))
        {
            return path;
        }

        var name = $"marketmanager-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16]}.sock";
        var runtime = environment("XDG_RUNTIME_DIR");
        return !string.IsNullOrEmpty(runtime) && Path.IsPathFullyQualified(runtime) && Fits(Path.Combine(runtime, name))
            ? Path.Combine(runtime, name)
            : Path.Combine($"/tmp/marketmanager-{EffectiveUserId()}", name);
    }

    /// <summary>Makes the folder of a socket, for its owner alone.</summary>
    /// <exception cref="UnauthorizedAccessException">The folder is there and belongs to somebody else, who could answer in the
    /// node's place.</exception>
    public static void MakeFolder(string socketPath)
    {
        var folder = Path.GetDirectoryName(socketPath)!;
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        var made = !Directory.Exists(folder);
        Directory.CreateDirectory(folder, OwnerOnly);
        if (made || folder.StartsWith("/tmp/marketmanager-", StringComparison.Ordinal))
        {
            File.SetUnixFileMode(folder, OwnerOnly); // Only the owner may do this, so it is the check as well.
        }
    }

    private static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= MaxBytes;

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUserId();
}
