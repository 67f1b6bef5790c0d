using System.Collections.Frozen;
using MarketManager.Actors.Access;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Api.Access;

/// <summary>The keys in memory, never older than <see cref="ApiOptions.KeyRefresh"/> while the store answers.</summary>
/// <remarks>While the store is away the keys read last go on: who was let in before can still see what is wrong. A store that hangs
/// holds requests up for <see cref="Patience"/> once, and nobody else while that read is under way.</remarks>
internal sealed partial class KeyRing(IKeyStore store, ApiOptions options, TimeProvider time, ILogger<KeyRing> log)
{
    // A key that is not known may have just been added elsewhere; guesses must not turn into queries each.
    private static readonly TimeSpan UnknownRefresh = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a read is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Snapshot? _keys;
    private Reading? _underWay;

    /// <summary>The good key of that text; null where there is none.</summary>
    /// <exception cref="StoreException">No keys have been read, and they cannot be read now.</exception>
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
    public void Forget()
    {
        lock (_gate)
        {
            (_keys, _underWay) = (null, null);
        }
    }

    private async ValueTask<Snapshot> Fresh(TimeSpan maxAge, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        while (true)
        {
            Reading reading;
            TimeSpan patience;
            lock (_gate)
            {
                // What was read since it was asked for will do, however long that took.
                if (_keys is { } keys && (time.GetElapsedTime(keys.ReadAt) < maxAge || keys.ReadAt >= asked))
                {
                    return keys;
                }

                reading = _underWay ??= Begin();
                patience = Patience - time.GetElapsedTime(reading.Began);
                if (patience <= TimeSpan.Zero)
                {
                    return _keys ?? throw Overdue();
                }
            }

            try
            {
                await reading.End.WaitAsync(patience, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return Volatile.Read(ref _keys) ?? throw Overdue();
            }
        }
    }

    private Reading Begin()
    {
        var reading = new Reading(time.GetTimestamp());
        reading.End = Task.Run(() => Read(reading));
        return reading;
    }

    private async Task Read(Reading reading)
    {
        FrozenDictionary<string, ApiKey>? read = null;
        try
        {
            read = (await store.List(CancellationToken.None)).ToFrozenDictionary(key => key.Id);
        }
        catch (StoreException failure) when (Volatile.Read(ref _keys) is not null)
        {
            NotRead(log, failure);
        }
        finally
        {
            lock (_gate)
            {
                // Keys that were changed here meanwhile are read anew.
                if (_underWay == reading)
                {
                    _underWay = null;
                    _keys = read is not null ? new Snapshot(read, reading.Began) : _keys is { } kept ? kept with { ReadAt = time.GetTimestamp() } : null;
                }
            }
        }
    }

    private static StoreUnavailableException Overdue() => new($"the keys could not be read within {Patience.TotalSeconds:0} s");

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The keys could not be read again; those read last go on")]
    private static partial void NotRead(ILogger log, Exception failure);

    private sealed record Snapshot(FrozenDictionary<string, ApiKey> ById, long ReadAt);

    private sealed class Reading(long began)
    {
        public long Began { get; } = began;

        public Task End { get; set; } = Task.CompletedTask;
    }
}
