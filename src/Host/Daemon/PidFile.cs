using System.Globalization;

namespace MarketManager.Host.Daemon;

/// <summary>Says which process runs a data folder: three lines, pid, start and boot.</summary>
/// <param name="dataFolder">The folder it lies in.</param>
public sealed class PidFile(string dataFolder)
{
    /// <summary>Where it lies.</summary>
    public string Path { get; } = System.IO.Path.Combine(dataFolder, "marketmanager.pid");

    /// <summary>The process that wrote it, where that one still runs; null otherwise.</summary>
    public ProcessIdentity? Running() => Read() is { IsAlive: true } alive ? alive : null;

    /// <summary>Puts this process into it. The caller holds the data folder, so nobody else writes.</summary>
    public void Write()
    {
        var me = ProcessIdentity.Current;
        var draft = Path + ".new";
        File.WriteAllText(draft, string.Create(CultureInfo.InvariantCulture, $"{me.Pid}\n{me.StartTicks}\n{me.Boot}\n"));
        File.Move(draft, Path, overwrite: true);
    }

    /// <summary>Removes it, where it is this process's.</summary>
    public void Remove()
    {
        if (Read() == ProcessIdentity.Current)
        {
            File.Delete(Path);
        }
    }

    private ProcessIdentity? Read()
    {
        try
        {
            var lines = File.ReadAllLines(Path);
            return lines.Length >= 3
                && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
                ? new ProcessIdentity(pid, ticks, lines[2])
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
