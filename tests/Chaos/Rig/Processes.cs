using System.Globalization;

namespace MarketManager.Chaos.Tests.Rig;

/// <summary>What /proc knows of processes: their children, and whose a connection is.</summary>
internal static class Processes
{
    /// <summary>The children of a process.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent) =>
        [.. All().Where(pid => ParentOf(pid) == parent)];

    /// <summary>Which of some processes has the other end of a connection that comes from a port of this machine; null: none.</summary>
    public static int? CallerAt(int port, IEnumerable<int> candidates)
    {
        // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode; addresses in hex.
        var suffix = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        var inode = File.ReadLines("/proc/net/tcp").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(fields => fields[1].EndsWith(suffix, StringComparison.Ordinal) && fields[9] != "0")?[9];
        var socket = $"socket:[{inode}]";
        return inode is null ? null : candidates.Where(pid => Files(pid).Contains(socket)).Select(pid => (int?)pid).FirstOrDefault();
    }

    private static IEnumerable<int> All() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let pid = int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var number) ? number : 0
        where pid != 0
        select pid;

    private static IEnumerable<string> Files(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Select(file => new FileInfo(file).LinkTarget ?? string.Empty)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // it has ended
        }
    }

    private static int ParentOf(int pid)
    {
        try
        {
            // pid (name) state parent ...
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
