using System.Diagnostics.Metrics;

namespace MarketManager.Host.Composition;

/// <summary>How much room the data folder's disk has.</summary>
internal sealed class DataFolderMetrics : IDisposable
{
    private readonly Meter _meter = new("MarketManager.Host");

    /// <summary>Starts to measure; each reading asks the file system.</summary>
    public DataFolderMetrics(string folder)
    {
        var disk = new DriveInfo(folder);
        _meter.CreateObservableGauge("data_disk_free", () => disk.AvailableFreeSpace, "By", "Bytes free for this user on the disk of the data folder");
        _meter.CreateObservableGauge("data_disk_size", () => disk.TotalSize, "By", "Size of the disk of the data folder");
    }

    /// <summary>Stops measuring.</summary>
    public void Dispose() => _meter.Dispose();
}
