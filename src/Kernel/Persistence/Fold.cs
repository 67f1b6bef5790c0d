using System.Runtime.InteropServices;

namespace MarketManager.Kernel;

/// <summary>Folds what a journal reads back into states, each actor for itself: one that fails does not stop the others.</summary>
internal sealed class Fold<TState, TEvent>(
    string entity, TState empty, IEventCodec<TState, TEvent> codec, Func<TState, TEvent, TState> apply) : IReplay
{
    private readonly Dictionary<long, Entry> _entries = [];

    public void OnSnapshot(long id, long sequence, ReadOnlySpan<byte> data)
    {
        ref var entry = ref EntryOf(id);
        try
        {
            entry.State = codec.DecodeState(data);
            entry.Sequence = sequence;
        }
        catch (Exception e)
        {
            // Whatever a codec throws, the actor's state is not known.
            entry.Failure = new RecoveryException(new(entity, id), $"the snapshot at {sequence} cannot be read", e);
        }
    }

    public void OnEvent(long id, long sequence, string kind, int version, DateTimeOffset at, ReadOnlySpan<byte> data)
    {
        ref var entry = ref EntryOf(id);
        if (entry.Failure is not null)
        {
            return;
        }

        if (sequence != entry.Sequence + 1)
        {
            entry.Failure = new RecoveryException(new(entity, id), $"event {sequence} follows {entry.Sequence}");
            return;
        }

        try
        {
            entry.State = apply(entry.State, codec.Decode(kind, version, at, data));
            entry.Sequence = sequence;
        }
        catch (Exception e)
        {
            entry.Failure = new RecoveryException(new(entity, id), $"event {sequence}, '{kind}' version {version}, cannot be applied", e);
        }
    }

    public Dictionary<long, Recovered<TState>> States(ICollection<RecoveryFailure>? failures)
    {
        var states = new Dictionary<long, Recovered<TState>>(_entries.Count);
        foreach (var (id, entry) in _entries)
        {
            if (entry.Failure is null)
            {
                states.Add(id, new Recovered<TState>(entry.State, entry.Sequence));
            }
            else if (failures is not null)
            {
                failures.Add(new RecoveryFailure(id, entry.Failure));
            }
            else
            {
                throw entry.Failure;
            }
        }

        return states;
    }

    private ref Entry EntryOf(long id)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, id, out var exists);
        if (!exists)
        {
            entry.State = empty;
        }

        return ref entry;
    }

    private struct Entry
    {
        public TState State;
        public long Sequence;
        public RecoveryException? Failure;
    }
}
