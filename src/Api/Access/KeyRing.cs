using System.Collections.Frozen;
using MarketManager.Actors.Access;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Api.Access;

/// <summary>The keys in memory, never older than <see cref="ApiOptions.KeyRefresh"/> while the store answers.</summary>
/// <remarks>While the store is away the keys read last go on: who was let in before can still see what is wrong.</remarks>
internal sealed partial class KeyRing(IKeyStore store, ApiOptions options, TimeProvider time, ILogger<KeyRing> log) : IDisposable
{
    // A key that is not known may have just been added elsewhere; guesses must not turn into queries each.
    private static readonly TimeSpan UnknownRefresh = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Snapshot? _keys;

    /// <summary>The good key of that text; null where there is none.</summary>
    /// <exception cref="StoreException">The keys could never be read.</exception>
    public async ValueTask<ApiKey?> Find(string text, CancellationToken cancellationToken)
    {
        if (!KeySecret.TryParse(text, out var id, out var secret))
        {
            return null;
        }

        var keys = await Fresh(options.KeyRefresh, cancellationToken);
        if (!keys.ById.TryGetValue(id, out var key))
        {
            keys = await Fresh(UnknownRefresh, cancellationToken);
            key = keys.ById.GetValueOrDefault(id);
        }

        return key is { Revoked: null } && KeySecret.Matches(key, secret) ? key : null;
    }

    /// <summary>Reads the keys again before the next answer: they were changed here.</summary>
    public void Forget() => _keys = null;

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    private async ValueTask<Snapshot> Fresh(TimeSpan maxAge, CancellationToken cancellationToken)
    {
        if (_keys is { } keys && time.GetElapsedTime(keys.ReadAt) < maxAge)
        {
            return keys;
        }

        await _reading.WaitAsync(cancellationToken);
        try
        {
            return _keys is { } read && time.GetElapsedTime(read.ReadAt) < maxAge ? read : await Read(cancellationToken);
        }
        finally
        {
            _reading.Release();
        }
    }

    private async ValueTask<Snapshot> Read(CancellationToken cancellationToken)
    {
        var before = _keys;
        var at = time.GetTimestamp();
        try
        {
            var all = await store.List(cancellationToken);
            return _keys = new Snapshot(all.ToFrozenDictionary(key => key.Id), at);
        }
        catch (StoreException failure) when (before is not null)
        {
            NotRead(log, failure);
            return _keys = before with { ReadAt = at };
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The keys could not be read again; those read last go on")]
    private static partial void NotRead(ILogger log, Exception failure);

    private sealed record Snapshot(FrozenDictionary<string, ApiKey> ById, long ReadAt);
}
