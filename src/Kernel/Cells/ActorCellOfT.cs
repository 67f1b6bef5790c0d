using Microsoft.Extensions.Logging;

namespace MarketManager.Kernel;

/// <summary>The part of an actor that knows its messages: two lanes, the instance, and what belongs to its present life.</summary>
internal sealed class ActorCell<TMessage> : ActorCell
{
    private readonly Func<Actor<TMessage>> _create;
    private readonly LocalRef<TMessage> _ref;
    private readonly Mailbox<TMessage> _mailbox;
    private readonly Mailbox<TMessage> _urgent = new(int.MaxValue);
    private ActorContext<TMessage>? _context;
    private Actor<TMessage>? _actor;
    private Life<TMessage>? _life;

    public ActorCell(ActorSystem system, ActorCell? parent, string name, Func<Actor<TMessage>> create, SpawnOptions options)
        : base(system, parent, options)
    {
        _create = create;
        _mailbox = new Mailbox<TMessage>(options.MailboxCapacity);
        _ref = new LocalRef<TMessage>(this, system, $"{parent?.Ref.Path}/{name}", name);
    }

    public override ActorRef<TMessage> Ref => _ref;

    public override int Depth => _mailbox.Count;

    protected override long? Sequence => _actor?.InspectedSequence;

    /// <summary>What ends with the present instance; made when first needed.</summary>
    public Life<TMessage> Life => _life ??= new Life<TMessage>(this);

    public ILogger Log => System.Loggers.CreateLogger(_actor?.GetType().FullName ?? nameof(Kernel));

    protected override bool HasMessages => !_mailbox.IsEmpty || !_urgent.IsEmpty;

    /// <summary>False where the message was dropped.</summary>
    public bool TryTell(TMessage message, IDelivery? delivery)
    {
        if (IsStopped)
        {
            System.Metrics.DeadLetter(full: false);
            return false;
        }

        if (!_mailbox.TryAdd(message, delivery))
        {
            System.Metrics.DeadLetter(full: true);
            KernelLog.MailboxFull(System.Log, _ref.Path, typeof(TMessage).Name);
            return false;
        }

        Wake();
        return true;
    }

    /// <summary>Puts a message before all those of the mailbox, past its bound.</summary>
    public void TellUrgent(TMessage message, IDelivery delivery)
    {
        _urgent.TryAdd(message, delivery);
        Wake();
    }

    /// <summary>Puts a message behind those of the mailbox, past its bound.</summary>
    public void TellInOrder(TMessage message, IDelivery delivery)
    {
        _mailbox.Add(message, delivery);
        Wake();
    }

    protected override bool HandleNext()
    {
        if (!_urgent.TryTake(out var message, out var delivery) && !_mailbox.TryTake(out message, out delivery))
        {
            return false;
        }

        if (delivery is not null && !delivery.IsStillWanted())
        {
            return true;
        }

        if (IsStopped)
        {
            System.Metrics.DeadLetter(full: false);
            delivery?.Failed(new ActorStoppedException(_ref.Path));
            return true;
        }

        Memory?.Add(message?.GetType() ?? typeof(TMessage), System.World.Now);
        Begin(delivery);
        ValueTask handling;
        try
        {
            handling = _actor!.Handle(message);
        }
        catch (Exception e)
        {
            Completed(e); // supervision decides
            return true;
        }

        if (handling.IsCompletedSuccessfully)
        {
            handling.GetAwaiter().GetResult();
            Completed(null);
        }
        else
        {
            Await(handling);
        }

        return true;
    }

    protected override ValueTask StartInstance()
    {
        try
        {
            _life = null;
            _actor = _create();
            _actor.Bind(_context ??= new ActorContext<TMessage>(this));
            return _actor.Start();
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    protected override ValueTask StopInstance()
    {
        var actor = _actor;
        _actor = null;
        try
        {
            return actor?.Stop() ?? default;
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    protected override void CancelWork() => Life.CancelWork();

    protected override void EndLife() => Life.End();
}
