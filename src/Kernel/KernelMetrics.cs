using System.Diagnostics.Metrics;

namespace MarketManager.Kernel;

/// <summary>The meter <c>MarketManager.Kernel</c>: restarts, dead letters, living actors, waiting messages.</summary>
internal sealed class KernelMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _restarts;
    private readonly Counter<long> _deadLetters;

    public KernelMetrics(ActorSystem system)
    {
        _meter = new Meter(new MeterOptions("MarketManager.Kernel") { Tags = [new("system", system.Name)] });
        _restarts = _meter.CreateCounter<long>("kernel.restarts", description: "Restarts by supervision, by type of exception.");
        _deadLetters = _meter.CreateCounter<long>("kernel.dead_letters", description: "Messages that were dropped, by reason.");
        // A meter outlives a system that nobody disposed, for the runtime lists it: what it reads must not keep that system.
        var weak = new WeakReference<ActorSystem>(system);
        _meter.CreateObservableGauge("kernel.actors", () => Read(weak, static living => living.ActorCount), description: "Actors that live.");
        _meter.CreateObservableGauge(
            "kernel.mailbox.depth", () => Read(weak, static living => living.MailboxDepth), description: "Messages that wait in all mailboxes.");
    }

    public void Restarted(Exception e) => _restarts.Add(1, new KeyValuePair<string, object?>("error", e.GetType().Name));

    public void DeadLetter(bool full) => _deadLetters.Add(1, new KeyValuePair<string, object?>("reason", full ? "full" : "stopped"));

    public void Dispose() => _meter.Dispose();

    private static long Read(WeakReference<ActorSystem> weak, Func<ActorSystem, long> of) => weak.TryGetTarget(out var living) ? of(living) : 0;
}
