using Microsoft.Extensions.Logging;

namespace MarketManager.Kernel;

/// <summary>An actor's surroundings. For use in the actor's own turns only, but for <see cref="Self"/> and <see cref="World"/>.</summary>
public sealed class ActorContext<TMessage>
{
    private readonly ActorCell<TMessage> _cell;
    private ILogger? _log;

    internal ActorContext(ActorCell<TMessage> cell) => _cell = cell;

    /// <summary>The actor's own reference, to hand to others.</summary>
    public ActorRef<TMessage> Self => _cell.Ref;

    /// <summary>The last part of the actor's path.</summary>
    public string Name => _cell.Ref.Name;

    /// <summary>Time, ids and randomness.</summary>
    public World World => _cell.System.World;

    /// <summary>A logger in the name of the actor's type.</summary>
    public ILogger Log => _log ??= _cell.Log;

    /// <summary>How often supervision has restarted the actor since it was spawned.</summary>
    public int Restarts => _cell.Restarts;

    /// <summary>Cancelled as soon as this instance is to stop or restart, also while a handler is awaited.</summary>
    public CancellationToken Stopping => _cell.Life.Stopping;

    /// <summary>The timers of this instance.</summary>
    public Timers<TMessage> Timers => _cell.Life.Timers;

    /// <summary>Starts a child. It ends before this actor ends or restarts.</summary>
    /// <param name="name">Unique among the children that have not ended; without a slash.</param>
    /// <param name="create">Makes the instance, and another one for each restart.</param>
    /// <param name="options">Its mailbox and supervision; null: <see cref="SpawnOptions.Default"/>.</param>
    /// <exception cref="InvalidOperationException">The name is taken, or this actor is ending.</exception>
    public ActorRef<TChild> Spawn<TChild>(string name, Func<Actor<TChild>> create, SpawnOptions? options = null)
    {
        var child = new ActorCell<TChild>(_cell.System, _cell, name, create, options ?? SpawnOptions.Default);
        _cell.Adopt(child);
        return child.Ref;
    }

    /// <summary>Sends a message once <paramref name="actor"/> has ended for good; at once if it already has.</summary>
    /// <param name="actor">Anyone, not only a child.</param>
    /// <param name="message">Makes the message; runs outside this actor's turn.</param>
    public void Watch(ActorRef actor, Func<Terminated, TMessage> message) => _cell.Life.AddWatch(actor, message);

    /// <summary>Asks a child, or any other actor, to stop after its current message.</summary>
    public void Stop(ActorRef actor) => actor.RequestStop();

    /// <summary>Stops this actor after the current message; what waits in the mailbox is dropped.</summary>
    public void StopSelf() => _cell.RequestStop();

    /// <summary>Does work outside the actor, whose outcome comes back as a message before those of the mailbox.</summary>
    /// <param name="work">Runs elsewhere: must not touch the actor's state. Its token is <see cref="Stopping"/>.</param>
    /// <param name="success">The message for a result; pure.</param>
    /// <param name="failure">The message for an exception, cancellation included; pure.</param>
    public void Pipe<T>(Func<CancellationToken, Task<T>> work, Func<T, TMessage> success, Func<Exception, TMessage> failure) =>
        _cell.Life.Pipe(work, success, failure);

    internal void Condemn(Exception reason) => _cell.Condemn(reason);

    internal void FailAfterMessage(Exception e) => _cell.FailAfterMessage(e);
}
