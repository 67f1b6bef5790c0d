namespace MarketManager.Kernel;

/// <summary>The base of every actor: state that is touched by one message at a time.</summary>
/// <remarks>
/// A handler may <c>await</c>: the actor is parked meanwhile, and goes on in its own turn. What must not hold up other messages
/// goes through <see cref="ActorContext{TMessage}.Pipe"/>. <c>Task.Run</c>, <c>Task.Delay</c> and <c>ConfigureAwait(false)</c>
/// are banned in actors: they leave the turn, and then two threads touch the state.
/// </remarks>
/// <typeparam name="TMessage">The base of the messages that it understands.</typeparam>
public abstract class Actor<TMessage>
{
    /// <summary>The actor's surroundings. Not there yet in the constructor.</summary>
    protected ActorContext<TMessage> Context { get; private set; } = null!;

    /// <summary>Before the first message, and again in the new instance after a restart. A failure here counts like any other.</summary>
    protected virtual ValueTask OnStart() => default;

    /// <summary>Handles one message. What it throws goes to supervision, and to the asker if the message was an ask.</summary>
    protected abstract ValueTask OnMessage(TMessage message);

    /// <summary>After the last message, before the actor ends or restarts; its children have ended. A failure here is only logged.</summary>
    protected virtual ValueTask OnStop() => default;

    /// <summary>The number of the last durable event, of those kinds that have any. For whoever looks on: from any thread.</summary>
    internal virtual long? InspectedSequence => null;

    internal void Bind(ActorContext<TMessage> context) => Context = context;

    /// <summary>What a kind of actor does around <see cref="OnStart"/>.</summary>
    internal virtual ValueTask Start() => OnStart();

    internal ValueTask Handle(TMessage message) => OnMessage(message);

    internal ValueTask Stop() => OnStop();
}
