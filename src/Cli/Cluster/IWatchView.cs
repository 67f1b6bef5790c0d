using System.Globalization;

namespace MarketManager.Cli.Cluster;

/// <summary>How a watch is written.</summary>
internal interface IWatchView : IDisposable
{
    /// <summary>The instant as it is written for people.</summary>
    static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    void Start(ClusterSnapshot first);

    void Show(ClusterSnapshot now, IReadOnlyList<ClusterChange> changes);

    /// <summary>Nobody answers; it is asked again.</summary>
    void Lost(DateTimeOffset at, string why);
}
