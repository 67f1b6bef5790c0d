using MarketManager.Actors.Settings;

namespace MarketManager.Storage;

/// <summary>Asks at most once a second as long as all is well; a failure is looked at each time, so that its end is seen at once.</summary>
internal sealed class CachedHealth(IStoreHealth store, TimeProvider time) : IStoreHealth
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private Seen? _seen;

    public async ValueTask<StoreHealth> Check(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _seen) is { } seen && time.GetElapsedTime(seen.At) < Fresh)
        {
            return seen.Health;
        }

        var at = time.GetTimestamp();
        var health = await store.Check(cancellationToken);
        Volatile.Write(ref _seen, health.Ok ? new Seen(health, at) : null);
        return health;
    }

    private sealed record Seen(StoreHealth Health, long At);
}
