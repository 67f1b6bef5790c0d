using System.Collections.Concurrent;
using MarketManager.Kernel;

namespace MarketManager.Actors.Exchanges;

/// <summary>Where each exchange's actor is. Written by the parent of all exchanges, and by the gateway after a deletion; read by anyone.</summary>
public sealed class ExchangeDirectory
{
    private readonly ConcurrentDictionary<long, ActorRef<EntityMessage>> _actors = new();
    private readonly ConcurrentDictionary<long, string> _broken = new();

    /// <summary>How many exchanges have an actor here.</summary>
    public int Count => _actors.Count;

    /// <summary>The exchanges that cannot be used, and why.</summary>
    public IReadOnlyDictionary<long, string> Broken => _broken;

    /// <summary>All actors.</summary>
    public ICollection<ActorRef<EntityMessage>> Actors => _actors.Values;

    /// <summary>The actor; null where there is no such exchange, or it is broken.</summary>
    public ActorRef<EntityMessage>? Find(long id) => _actors.GetValueOrDefault(id);

    internal void Add(long id, ActorRef<EntityMessage> actor) => _actors[id] = actor;

    internal void Remove(long id) => _actors.TryRemove(id, out _);

    internal void Break(long id, string reason)
    {
        _broken[id] = reason;
        _actors.TryRemove(id, out _);
    }
}
