using System.Diagnostics;
using MarketManager.TestKit.Postgres;
using Xunit;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>A tablespace on a small file system in memory. The server's own files are elsewhere: a full disk under its log ends it.</summary>
internal sealed class SmallTablespace : IDisposable
{
    private readonly string _folder;

    private SmallTablespace(string folder) => _folder = folder;

    private string Filler => Path.Combine(_folder, "filler");

    public static async Task<SmallTablespace> Make(PostgresServer server, string name, int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("mm-tablespace-").FullName;
        Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=777", "tmpfs", folder);
        var inner = Directory.CreateDirectory(Path.Combine(folder, "space")).FullName;
        Run("chown", "postgres", inner);
        await server.Execute("postgres", $"CREATE TABLESPACE {name} OWNER {PostgresServer.User} LOCATION '{inner}'");
        return new SmallTablespace(folder);
    }

    /// <summary>Leaves no room.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        Run("umount", "--lazy", _folder);
        Directory.Delete(_folder);
    }

    internal static bool CanMount()
    {
        var folder = Directory.CreateTempSubdirectory("mm-mount-").FullName;
        try
        {
            Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder);
            Run("umount", "--lazy", folder);
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program}: {error}");
        }
    }
}

/// <summary>A test that needs a disk of its own; skipped where this user may not mount one.</summary>
internal sealed class DiskFactAttribute : FactAttribute
{
    private static readonly bool CanMount = SmallTablespace.CanMount();

    public DiskFactAttribute()
    {
        if (!CanMount)
        {
            Skip = "only root may mount a small disk";
        }
    }
}
