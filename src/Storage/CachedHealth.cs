using MarketManager.Actors.Settings;

namespace MarketManager.Storage;

/// <summary>
/// Asks at most once a second as long as all is well; a failure is looked at each time, so that its end is seen at once. All who ask
/// meanwhile get the same answer: a store that answers late is not asked for each of them.
/// </summary>
internal sealed class CachedHealth(IStoreHealth store, TimeProvider time) : IStoreHealth
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private Seen? _seen;
    private Task<StoreHealth>? _underWay;

    public async ValueTask<StoreHealth> Check(CancellationToken cancellationToken)
    {
        Task<StoreHealth> look;
        lock (_gate)
        {
            if (_seen is { } seen && time.GetElapsedTime(seen.At) < Fresh)
            {
                return seen.Health;
            }

            look = _underWay is { IsCompleted: false } underWay ? underWay : _underWay = Look();
        }

        return await look.WaitAsync(cancellationToken);
    }

    private async Task<StoreHealth> Look()
    {
        var at = time.GetTimestamp();
        var health = await store.Check(CancellationToken.None);
        lock (_gate)
        {
            _seen = health.Ok ? new Seen(health, at) : null;
        }

        return health;
    }

    private sealed record Seen(StoreHealth Health, long At);
}
