namespace MarketManager.Kernel;

/// <summary>Writes and reads the events and snapshots of one kind of persistent actor.</summary>
/// <typeparam name="TState">The state; folded from events.</typeparam>
/// <typeparam name="TEvent">The base of its events.</typeparam>
public interface IEventCodec<TState, TEvent>
{
    /// <summary>The event as it is written.</summary>
    JournalEvent Encode(TEvent e);

    /// <summary>The event as it was written.</summary>
    /// <exception cref="UnknownEventException">The kind or version is not known to this version of the program.</exception>
    TEvent Decode(string kind, int version, DateTimeOffset at, ReadOnlySpan<byte> data);

    /// <summary>The state as a snapshot.</summary>
    ReadOnlyMemory<byte> EncodeState(TState state);

    /// <summary>The state from a snapshot.</summary>
    TState DecodeState(ReadOnlySpan<byte> data);
}

/// <summary>An event that this version of the program cannot apply; skipping it would lose a fact.</summary>
public sealed class UnknownEventException(string kind, int version)
    : Exception($"event '{kind}' version {version} is not known to this version of the program")
{
    /// <summary>The event's stable name.</summary>
    public string Kind { get; } = kind;
}
