using System.Diagnostics.Metrics;

namespace MarketManager.Storage;

/// <summary>What the store counts; meter <c>MarketManager.Storage</c>.</summary>
internal sealed class StoreMetrics(TimeProvider time)
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "MarketManager.Storage";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> CommitDuration = Meter.CreateHistogram<double>(
        "marketmanager.storage.commit.duration", "s", "From the begin of a transaction to its being on the disk.");

    private static readonly Histogram<long> CommitWrites = Meter.CreateHistogram<long>(
        "marketmanager.storage.commit.writes", "{write}", "Writes that shared a transaction.");

#pragma warning disable IDE0052 // The meter keeps it.
    // Observed, so that it is there from 0 on: an increase from nothing is none to an alert rule.
    private static readonly ObservableCounter<long> Failures = Meter.CreateObservableCounter(
        "marketmanager.storage.failures",
        static () => Interlocked.Read(ref _failures),
        "{batch}",
        "Transactions that the store itself failed.");

    private static readonly ObservableCounter<long> Fenced = Meter.CreateObservableCounter(
        "marketmanager.storage.fenced",
        static () => Interlocked.Read(ref _fenced),
        "{write}",
        "Writes that were refused because their shard, or the whole node, had lost its right.");

    private static readonly ObservableCounter<long> LostActors = Meter.CreateObservableCounter(
        "marketmanager.storage.lost",
        static () => Interlocked.Read(ref _lost),
        "{actor}",
        "Actors whose last change that this node acknowledged was missing after a standby was promoted or a backup restored.");
#pragma warning restore IDE0052

    private static long _failures;
    private static long _fenced;
    private static long _lost;

    public long Now => time.GetTimestamp();

    public void Committed(long began, int writes)
    {
        CommitDuration.Record(time.GetElapsedTime(began).TotalSeconds);
        CommitWrites.Record(writes);
    }

    public static void Failed() => Interlocked.Increment(ref _failures);

    public static void Lost(int actors) => Interlocked.Add(ref _lost, actors);

    public static void Refused(int writes) => Interlocked.Add(ref _fenced, writes);
}
