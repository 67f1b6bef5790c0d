namespace MarketManager.Kernel;

/// <summary>The only way to an actor, whoever holds it; stays valid over restarts.</summary>
public abstract class ActorRef
{
    /// <summary>For the kinds of references: local ones, probes, later those to other nodes.</summary>
    protected ActorRef(ActorSystem system, string path, string name)
    {
        System = system;
        Path = path;
        Name = name;
    }

    /// <summary>Where it is in the tree, such as <c>/exchanges/7/run</c>; unique while the actor lives.</summary>
    public string Path { get; }

    /// <summary>The last part of the path.</summary>
    public string Name { get; }

    /// <summary>True once the actor has ended for good.</summary>
    public virtual bool IsStopped => false;

    /// <summary>How the actor looks from outside now; null where it is not one of this process.</summary>
    public virtual ActorInspection? Inspect() => null;

    /// <summary>Whose clock and scheduler serve its asks.</summary>
    protected internal ActorSystem System { get; }

    /// <inheritdoc/>
    public override string ToString() => Path;

    internal virtual void RequestStop()
    {
    }

    internal virtual void AddWatcher(IWatcher watcher)
    {
    }

    internal virtual void RemoveWatcher(IWatcher watcher)
    {
    }
}

/// <summary>A reference to an actor that understands <typeparamref name="TMessage"/>.</summary>
public abstract class ActorRef<TMessage>(ActorSystem system, string path, string name) : ActorRef(system, path, name)
{
    /// <summary>Puts a message in the mailbox and goes on.</summary>
    /// <returns>False where it was dropped, because the mailbox is full or the actor has ended; true says nothing about its handling.</returns>
    public abstract bool Tell(TMessage message);

    /// <summary>Sends a message that carries where to reply to, and waits for the reply.</summary>
    /// <param name="create">Makes the message around the reply address.</param>
    /// <param name="timeout">How long to wait; of the system's clock.</param>
    /// <param name="cancellationToken">Ends the wait only; the message may still be handled.</param>
    /// <exception cref="AskTimeoutException">No reply came in time; whether the message was handled is not known.</exception>
    /// <exception cref="MailboxFullException">The message was dropped.</exception>
    /// <exception cref="ActorStoppedException">The actor has ended, or ended before it came to the message.</exception>
    /// <remarks>Where the handler throws without a reply, the ask throws the same exception.</remarks>
    public ValueTask<TReply> Ask<TReply>(
        Func<ReplyTo<TReply>, TMessage> create, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Ask<Func<ReplyTo<TReply>, TMessage>, TReply>(create, static (make, reply) => make(reply), timeout, cancellationToken);

    /// <summary>The same without a closure: <paramref name="state"/> is handed to <paramref name="create"/>.</summary>
    /// <inheritdoc cref="Ask{TReply}(Func{ReplyTo{TReply}, TMessage}, TimeSpan, CancellationToken)"/>
    public ValueTask<TReply> Ask<TState, TReply>(
        TState state, Func<TState, ReplyTo<TReply>, TMessage> create, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TReply>(cancellationToken);
        }

        var reply = new ReplyTo<TReply>(System);
        var message = create(state, reply);
        reply.EndAfter(timeout, Path, cancellationToken);
        if (!Deliver(message, reply))
        {
            reply.Fail(IsStopped ? new ActorStoppedException(Path) : new MailboxFullException(Path));
        }

        return reply.Task;
    }

    /// <summary>A <see cref="Tell"/> whose fate is followed, where the kind of reference can.</summary>
    internal virtual bool Deliver(TMessage message, IDelivery delivery) => Tell(message);
}
