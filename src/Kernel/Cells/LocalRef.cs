namespace MarketManager.Kernel;

/// <summary>A reference to an actor of this process.</summary>
internal sealed class LocalRef<TMessage>(ActorCell<TMessage> cell, ActorSystem system, string path, string name)
    : ActorRef<TMessage>(system, path, name)
{
    public override bool IsStopped => cell.IsStopped;

    public override ActorInspection Inspect() => cell.Inspect();

    public override bool Tell(TMessage message) => cell.TryTell(message, null);

    internal override bool Deliver(TMessage message, IDelivery delivery) => cell.TryTell(message, delivery);

    internal override void RequestStop() => cell.RequestStop();

    internal override void AddWatcher(IWatcher watcher) => cell.AddWatcher(watcher);

    internal override void RemoveWatcher(IWatcher watcher) => cell.RemoveWatcher(watcher);
}
