using System.Text;

namespace MarketManager.Host.Daemon;

/// <summary>The file that a daemon's output goes to.</summary>
/// <param name="dataFolder">The folder it lies in.</param>
public sealed class DaemonLog(string dataFolder)
{
    private const int TailLines = 20;
    private const int TailBytes = 16 * 1024;

    /// <summary>Where it lies; it is appended to, and may be rotated by copying and truncating.</summary>
    public string Path { get; } = System.IO.Path.Combine(dataFolder, "marketmanager.log");

    /// <summary>Its length in bytes; 0 where there is none.</summary>
    public long Length => new FileInfo(Path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Makes the folder and the file where they are missing; why that is not possible, null where it is.</summary>
    public string? Prepare()
    {
        try
        {
            Directory.CreateDirectory(dataFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var file = new FileStream(Path, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>The last lines that were written after it had that length.</summary>
    public async Task<string> TailSince(long length)
    {
        if (!File.Exists(Path))
        {
            return string.Empty;
        }

        await using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = Math.Clamp(Math.Max(length, file.Length - TailBytes), 0, file.Length);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var lines = (await reader.ReadToEndAsync()).TrimEnd().Split('\n');
        return string.Join(Environment.NewLine, lines.TakeLast(TailLines));
    }
}
