using System.Diagnostics.Metrics;

namespace MarketManager.Actors.Runs;

/// <summary>What is measured about runs; meter <c>MarketManager.Runs</c>.</summary>
public static class RunMetrics
{
    private static readonly Meter Meter = new("MarketManager.Runs");
    private static readonly Counter<long> Ended = Meter.CreateCounter<long>("ended", null, "Runs that ended, by outcome");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("retries", null, "Attempts after the first");

    private static readonly Histogram<double> Lateness =
        Meter.CreateHistogram<double>("start_lateness", "s", "From due to started, runs on an interval");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("duration", "s", "From started to ended");

    private static long _lastSuccess;

#pragma warning disable IDE0052 // The meter keeps it.
    private static readonly ObservableGauge<long> LastSuccess = Meter.CreateObservableGauge(
        "last_success_timestamp", () => Interlocked.Read(ref _lastSuccess), "s", "When a run last succeeded, Unix time");
#pragma warning restore IDE0052

    internal static void CountStart(RunInFlight run)
    {
        if (run.Trigger is RunTrigger.Interval)
        {
            Lateness.Record(Math.Max(0, (run.Started - run.Due).TotalSeconds));
        }
    }

    internal static void CountRetry() => Retries.Add(1);

    internal static void CountEnd(RunView run)
    {
        Ended.Add(1, new KeyValuePair<string, object?>("outcome", Names[(int)run.State]));
        Duration.Record((run.Ended!.Value - run.Started).TotalSeconds);
        if (run.State is RunState.Succeeded)
        {
            Interlocked.Exchange(ref _lastSuccess, run.Ended.Value.ToUnixTimeSeconds());
        }
    }

    private static readonly string[] Names = ["running", "succeeded", "failed", "crashed", "stale", "cancelled"];
}
