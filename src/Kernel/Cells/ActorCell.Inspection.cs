namespace MarketManager.Kernel;

/// <summary>What can be seen of an actor from outside its turns.</summary>
internal abstract partial class ActorCell
{
    private ActorFailure? _lastFailure;

    /// <summary>Null where the actor is not to remember its messages, which is the rule.</summary>
    protected MessageMemory? Memory { get; }

    /// <summary>The number of the last durable event; null where there is no such thing.</summary>
    protected abstract long? Sequence { get; }

    /// <summary>Reads without waiting for a turn: what hangs never has one.</summary>
    public ActorInspection Inspect() => new(
        Path,
        State,
        Depth,
        Restarts,
        Sequence,
        Volatile.Read(ref _lastFailure),
        Memory?.Read() ?? [],
        [.. System.ChildrenOf(this).Select(child => child.Inspect()).OrderBy(child => child.Path, StringComparer.Ordinal)]);

    private ActorState State => _phase switch
    {
        Phase.Starting => ActorState.Starting,
        Phase.Running => Volatile.Read(ref _busy) ? ActorState.Handling : ActorState.Idle,
        Phase.Suspended => ActorState.Suspended,
        Phase.Restarting => ActorState.Restarting,
        Phase.Stopping => ActorState.Stopping,
        _ => ActorState.Stopped,
    };

    private void Remember(Exception failure) => Volatile.Write(ref _lastFailure, ActorFailure.Of(failure, System.World.Now));
}
