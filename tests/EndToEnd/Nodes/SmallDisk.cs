using System.Diagnostics;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>A file system in memory in the place of a folder.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    public SmallDisk(string folder, int megabytes)
    {
        _folder = folder;
        Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder);
    }

    private string Filler => Path.Combine(_folder, "filler");

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

    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", _folder);

    public void Dispose() => Run("umount", "--lazy", _folder);

    internal static bool CanMount()
    {
        var folder = Directory.CreateTempSubdirectory("mount-").FullName;
        try
        {
            new SmallDisk(folder, 1).Dispose();
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
    private static readonly bool CanMount = SmallDisk.CanMount();

    public DiskFactAttribute()
    {
        if (!CanMount)
        {
            Skip = "only root may mount a small disk";
        }
    }
}
