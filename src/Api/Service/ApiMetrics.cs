using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MarketManager.Api.Service;

/// <summary>What the API measures: how long requests take, and what the process needs.</summary>
internal sealed class ApiMetrics : IDisposable
{
    // Statuses boxed once rather than for every request.
    private static readonly object[] Statuses = [.. Enumerable.Range(0, 600).Select(status => (object)status)];

    private readonly Meter _api = new("MarketManager.Api");
    private readonly Meter _process = new("MarketManager.Process");
    private readonly Histogram<double> _duration;

    /// <summary>Creates the instruments.</summary>
    public ApiMetrics(TimeProvider time)
    {
        _duration = _api.CreateHistogram<double>("request.duration", "s", "How long requests took, by route, method and status.");
        var started = time.GetTimestamp();
        _process.CreateObservableCounter(
            "cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time of the process.");
        _process.CreateObservableGauge("memory", () => Environment.WorkingSet, "By", "Resident memory of the process.");
        _process.CreateObservableGauge("heap", () => GC.GetTotalMemory(false), "By", "Managed memory in use.");
        _process.CreateObservableGauge("uptime", () => time.GetElapsedTime(started).TotalSeconds, "s", "Since serving began.");
    }

    /// <summary>Notes a request that was answered.</summary>
    public void Answered(string route, string method, int status, TimeSpan took)
    {
        if (_duration.Enabled)
        {
            _duration.Record(took.TotalSeconds, new TagList
            {
                { "route", route }, { "method", method }, { "status", Statuses[Math.Clamp(status, 0, Statuses.Length - 1)] },
            });
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _api.Dispose();
        _process.Dispose();
    }
}
