using System.Globalization;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>A data folder of its own for a test; a node that was left running on it is killed with it.</summary>
internal sealed class DataFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("node-").FullName;

    public string PidFile => System.IO.Path.Combine(Path, "marketmanager.pid");

    /// <summary>The pid in the pid file; null where there is none.</summary>
    public int? Pid => File.Exists(PidFile)
        ? int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture)
        : null;

    public void Dispose()
    {
        if (Pid is { } pid)
        {
            try
            {
                System.Diagnostics.Process.GetProcessById(pid).Kill();
            }
            catch (ArgumentException)
            {
                // It is gone, as it should be.
            }
        }

        Directory.Delete(Path, recursive: true);
    }
}
