namespace MarketManager.Kernel;

/// <summary>A journal for the actors of one shard: what they write is good only while their node still owns it.</summary>
/// <remarks>
/// The right is bound to the instance of the journal, not looked up when it is written: an actor that was left over from an
/// earlier epoch writes with the earlier one, and is refused, even where its node has got the shard back meanwhile.
/// </remarks>
public sealed class FencedJournal(IJournal journal, Fence fence) : IJournal
{
    /// <inheritdoc/>
    /// <exception cref="FencedException">The shard has passed on; nothing was written.</exception>
    public ValueTask Append(JournalWrite write, CancellationToken cancellationToken = default) =>
        journal.Append(write with { Fence = fence }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask Replay(string entity, IReadOnlySet<int>? shards, IReplay replay, CancellationToken cancellationToken = default) =>
        journal.Replay(entity, shards, replay, cancellationToken);

    /// <inheritdoc/>
    public ValueTask Replay(PersistenceId actor, IReplay replay, CancellationToken cancellationToken = default) =>
        journal.Replay(actor, replay, cancellationToken);
}
