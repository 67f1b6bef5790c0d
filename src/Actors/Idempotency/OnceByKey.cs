using System.Collections.Concurrent;
using MarketManager.Kernel;

namespace MarketManager.Actors.Idempotency;

/// <summary>Carries out once what comes with an idempotency key, and repeats the first answer to whoever sends it again.</summary>
/// <param name="world">The clock.</param>
/// <param name="journal">Where answers are kept that changed nothing; others are kept in the transaction of their change.</param>
/// <param name="answers">Finds kept answers.</param>
public sealed class OnceByKey(World world, IJournal journal, IIdempotencyStore answers)
{
    /// <summary>How long an answer is repeated.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    // A store that hangs is given up before whoever asks through another node has given up this one.
    private static readonly TimeSpan FindPatience = TimeSpan.FromSeconds(3);

    private static readonly PersistenceId Answers = new("answer", 0);

    private readonly ConcurrentDictionary<(string, string, string), byte> _underWay = new();

    /// <summary>What was answered under this key; null where nothing was.</summary>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async ValueTask<AnswerKept?> Find(IdempotencyKey key, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var limit = over.CancelAllAfter(FindPatience, world.Time);
        try
        {
            return await answers.Find(key, world.Now - KeptFor, over.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException($"the store does not answer within {FindPatience.TotalSeconds:0} s");
        }
    }

    /// <summary>The first answer under this key, or what <paramref name="act"/> comes to; without a key, always the latter.</summary>
    /// <param name="key">Null: each request is one of its own.</param>
    /// <param name="read">Finds in a kept answer what is answered here.</param>
    /// <param name="act">Carries it out.</param>
    /// <param name="cancellationToken">The caller has gone away.</param>
    public async ValueTask<Answer<T>> Answer<T>(
        IdempotencyKey? key, Func<KeptAnswer, T?> read, Func<ValueTask<Answer<T>>> act, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return key is null ? await act() : await Once(key, read, act, cancellationToken);
        }
        catch (StoreException e)
        {
            return Rejections.Of(e);
        }
    }

    /// <summary>The first answer once more; a rejection where it was given to another body.</summary>
    public static Answer<T> Repeat<T>(IdempotencyKey key, AnswerKept kept, Func<KeptAnswer, T?> read)
        where T : class
    {
        if (kept.Key.BodyHash != key.BodyHash)
        {
            return new Rejection(
                RejectionKind.Invalid, "this Idempotency-Key was used with another body; use a new key for a new request");
        }

        var answer = KeptAnswer.Read(kept);
        return read(answer) is { } value ? value : answer.Why!;
    }

    /// <summary>Whether another try of the same request may have been carried out meanwhile, and be what stands in the way of this one.</summary>
    public static bool IsPerhapsItsOwnDoing(Rejection? why) => why?.Kind
        is RejectionKind.Invalid or RejectionKind.Conflict or RejectionKind.AlreadyRunning or RejectionKind.Stale or RejectionKind.NotFound;

    private async ValueTask<Answer<T>> Once<T>(
        IdempotencyKey key, Func<KeptAnswer, T?> read, Func<ValueTask<Answer<T>>> act, CancellationToken cancellationToken)
        where T : class
    {
        var underWay = (key.Caller, key.Route, key.Key);
        if (!_underWay.TryAdd(underWay, 0))
        {
            return new Rejection(RejectionKind.Conflict, "a request with this Idempotency-Key is still being carried out; repeat it in a moment");
        }

        try
        {
            if (await Find(key, cancellationToken) is { } kept)
            {
                return Repeat(key, kept, read);
            }

            var answer = await act();
            if (IsPerhapsItsOwnDoing(answer.Why) && await Find(key, cancellationToken) is { } first)
            {
                return Repeat(key, first, read);
            }

            if (answer.Why is { Kind: RejectionKind.Invalid or RejectionKind.Conflict or RejectionKind.AlreadyRunning } why)
            {
                await journal.Append(new JournalWrite(Answers, 1, [], [KeptAnswer.Of(key, why, world.Now)], Guarded: true), cancellationToken);
            }

            return answer;
        }
        finally
        {
            _underWay.TryRemove(underWay, out _);
        }
    }
}
