using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Kernel;

namespace MarketManager.Actors.Exchanges;

/// <summary>The way to the exchanges' actors on this node.</summary>
public sealed class ExchangeGateway(
    ExchangeDirectory directory,
    ActorRef<ExchangesMessage> exchanges,
    IExchangeReader reader,
    IRunReader runs,
    OnceByKey once,
    ISettingStore settings,
    bool paused) : IExchangeGateway
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A delete waits until nothing of the run is left, and a worker that hangs is noticed only after a while.
    private static readonly TimeSpan DeletePatience = TimeSpan.FromSeconds(60);

    private volatile bool _paused = paused;
    private volatile bool _leaving;

    /// <inheritdoc/>
    public bool Paused => _paused;

    /// <inheritdoc/>
    public ValueTask<Answer<ExchangeView>> Create(NewExchange draft, IdempotencyKey? key, CancellationToken cancellationToken) => once.Answer(
        key,
        kept => kept.Exchange,
        async () => _leaving ? Rejections.Leaving : await CreateNow(await reader.NextId(cancellationToken), draft, key),
        cancellationToken);

    /// <summary>What was answered to a creation with this key; null where nothing was.</summary>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async ValueTask<Answer<ExchangeView>?> Created(IdempotencyKey key, CancellationToken cancellationToken) =>
        await once.Find(key, cancellationToken) is { } kept ? OnceByKey.Repeat(key, kept, answer => answer.Exchange) : default(Answer<ExchangeView>?);

    /// <summary>Creates an exchange whose id was given out already. A repeat with the same key answers what was answered first.</summary>
    public ValueTask<Answer<ExchangeView>> CreateAs(long id, NewExchange draft, IdempotencyKey? key, CancellationToken cancellationToken) =>
        once.Answer(key, kept => kept.Exchange, () => CreateNow(id, draft, key), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Answer<ExchangeView>> Get(long id, CancellationToken cancellationToken)
    {
        var answer = await Ask<ExchangeView>(id, static reply => new ExchangeQuery.GetExchange(reply), Patience, cancellationToken);

        // A question that gets no answer has changed nothing.
        return answer.Why is { Kind: RejectionKind.OutcomeUnknown }
            ? new Rejection(RejectionKind.Unavailable, "the exchange does not answer; try again")
            : answer;
    }

    /// <inheritdoc/>
    public ValueTask<Answer<ExchangeView>> Change(
        long id, ExchangeChange change, long? expectedVersion, CancellationToken cancellationToken) =>
        Change(id, change, expectedVersion, null, cancellationToken);

    /// <summary>The same; a repeat with the same key answers what was answered first.</summary>
    public ValueTask<Answer<ExchangeView>> Change(
        long id, ExchangeChange change, long? expectedVersion, IdempotencyKey? key, CancellationToken cancellationToken) => once.Answer(
        key,
        kept => kept.Exchange,
        () => Ask<ExchangeView>(id, reply => new ExchangeCommand.Change(change, expectedVersion, key, reply), Patience, cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Answer<ExchangeView>> Delete(long id, long? expectedVersion, CancellationToken cancellationToken) =>
        Delete(id, expectedVersion, null, cancellationToken);

    /// <summary>The same; a repeat with the same key waits for the end of what was begun first.</summary>
    public async ValueTask<Answer<ExchangeView>> Delete(
        long id, long? expectedVersion, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        try
        {
            if (key is null)
            {
                return await DeleteNow(id, expectedVersion, null, cancellationToken);
            }

            var kept = await once.Find(key, cancellationToken);
            if (kept is null)
            {
                var answer = await DeleteNow(id, expectedVersion, key, cancellationToken);
                kept = OnceByKey.IsPerhapsItsOwnDoing(answer.Why) ? await once.Find(key, cancellationToken) : null;
                if (kept is null)
                {
                    return answer;
                }
            }

            // It was decided; whether it is gone already is another matter.
            return await DeleteNow(id, null, null, cancellationToken) is { Why: { } why } && why.Kind is not RejectionKind.NotFound
                ? why
                : OnceByKey.Repeat(key, kept, answer => answer.Exchange);
        }
        catch (StoreException e)
        {
            return Rejections.Of(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Answer<RunView>> Run(long id, IdempotencyKey? key, CancellationToken cancellationToken) =>
        once.Answer(
            key,
            kept => kept.Run,
            () => Ask<RunView>(id, reply => new RunMessage.RunNow(key, reply), Patience, cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<RunView?> WhenEnded(long id, Guid runId, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (directory.Find(id) is { } actor)
        {
            try
            {
                if (await actor.Ask<RunView?>(reply => new RunMessage.AwaitEnd(runId, reply), patience, cancellationToken) is { } ended)
                {
                    return ended;
                }
            }
            catch (Exception e) when (e is AskTimeoutException or MailboxFullException)
            {
                return null;
            }
            catch (ActorStoppedException)
            {
                // Deleted, or the node leaves: history tells.
            }
        }

        return await runs.Find(id, runId, cancellationToken) is { State: not RunState.Running } run ? run : null;
    }

    /// <inheritdoc/>
    public async ValueTask<Rejection?> SetPaused(bool paused, CancellationToken cancellationToken)
    {
        try
        {
            await settings.Write(SettingKeys.Paused, paused ? "true" : null, cancellationToken);
        }
        catch (StoreException e)
        {
            return Rejections.Of(e);
        }

        await ApplyPaused(paused);
        return null;
    }

    /// <summary>Pauses or resumes the exchanges of this node, as the store says already.</summary>
    public async ValueTask ApplyPaused(bool paused)
    {
        _paused = paused;
        try
        {
            await exchanges.Ask<bool>(reply => new ExchangesMessage.SetPaused(paused, reply), Patience, CancellationToken.None);
        }
        catch (Exception e) when (e is ActorStoppedException or AskTimeoutException or MailboxFullException)
        {
            // The node leaves, or has more to do than it can; what was written is read again by its next start.
        }
    }

    /// <summary>Lets nobody in any more.</summary>
    internal void Close() => _leaving = true;

    private async ValueTask<Answer<ExchangeView>> CreateNow(long id, NewExchange draft, IdempotencyKey? key)
    {
        try
        {
            // Whether the caller goes away does not matter: an actor that is opened and never told to create would stay.
            var actor = await exchanges.Ask<ActorRef<EntityMessage>?>(
                reply => new ExchangesMessage.Open(id, reply), Patience, CancellationToken.None);
            return actor is null
                ? Rejections.Moved
                : await Ask<ExchangeView>(
                    actor, reply => new ExchangeCommand.Create(draft, key, reply), Patience, CancellationToken.None) ?? Rejections.Moved;
        }
        catch (Exception e) when (e is ActorStoppedException or MailboxFullException or AskTimeoutException)
        {
            return new Rejection(RejectionKind.Unavailable, "this node takes no new exchange now; nothing was changed; try again");
        }
    }

    private async ValueTask<Answer<ExchangeView>> DeleteNow(
        long id, long? expectedVersion, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var answer = await Ask<ExchangeView>(
            id, reply => new ExchangeCommand.Delete(expectedVersion, key, reply), DeletePatience, cancellationToken);
        if (answer.Value is not null)
        {
            directory.Remove(id);
        }

        return answer;
    }

    private async ValueTask<Answer<T>> Ask<T>(
        long id, Func<ReplyTo<Answer<T>>, EntityMessage> create, TimeSpan patience, CancellationToken cancellationToken)
        where T : class
    {
        if (directory.Find(id) is not { } actor)
        {
            return NotHere(id);
        }

        return await Ask(actor, create, patience, cancellationToken) ?? NotHere(id);
    }

    private static async ValueTask<Answer<T>?> Ask<T>(
        ActorRef<EntityMessage> actor, Func<ReplyTo<Answer<T>>, EntityMessage> create, TimeSpan patience, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await actor.Ask(create, patience, cancellationToken);
        }
        catch (Exception e) when (e is ActorStoppedException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (StoreException e)
        {
            return Rejections.Of(e);
        }
        catch (MailboxFullException)
        {
            return new Rejection(RejectionKind.Unavailable, "too many requests wait for this exchange; try again");
        }
        catch (AskTimeoutException)
        {
            return new Rejection(
                RejectionKind.OutcomeUnknown,
                $"the exchange did not answer within {patience.TotalSeconds:0} s; the change may or may not have been made");
        }
    }

    private Rejection NotHere(long id) =>
        _leaving ? Rejections.Leaving
        : !directory.Lacks(id) ? Rejections.Moved
        : directory.Broken.TryGetValue(id, out var reason)
            ? new Rejection(RejectionKind.Unavailable, $"exchange {id} was stopped for good: {reason}; see the log, then restart the node")
        : Rejections.NoExchange(id);
}
