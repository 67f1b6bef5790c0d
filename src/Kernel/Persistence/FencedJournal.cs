using System.Runtime.CompilerServices;

namespace MarketManager.Kernel;

/// <summary>A journal for the actors of one shard: what they write is good only while their node still owns it.</summary>
/// <remarks>
/// The right is bound to the instance of the journal, not looked up when it is written: an actor that was left over from an
/// earlier epoch writes with the earlier one, and is refused, even where its node has got the shard back meanwhile.
/// </remarks>
/// <param name="journal">Where everything is written.</param>
/// <param name="fence">The right to write.</param>
/// <param name="lost">Told that the right has passed on, before the actor is whose write was refused; null: nobody.</param>
public sealed class FencedJournal(IJournal journal, Fence fence, Action<Fence>? lost = null) : IJournal
{
    /// <summary>The right to write.</summary>
    public Fence Fence { get; } = fence;

    /// <inheritdoc/>
    /// <exception cref="FencedException">The shard has passed on; nothing was written.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask Append(JournalWrite write, CancellationToken cancellationToken = default)
    {
        try
        {
            await journal.Append(write with { Fence = Fence }, cancellationToken);
        }
        catch (FencedException)
        {
            lost?.Invoke(Fence);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask Replay(string entity, IReadOnlySet<int>? shards, IReplay replay, CancellationToken cancellationToken = default) =>
        journal.Replay(entity, shards, replay, cancellationToken);

    /// <inheritdoc/>
    public ValueTask Replay(PersistenceId actor, IReplay replay, CancellationToken cancellationToken = default) =>
        journal.Replay(actor, replay, cancellationToken);
}
