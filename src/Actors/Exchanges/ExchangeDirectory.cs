using System.Collections.Concurrent;
using MarketManager.Kernel;

namespace MarketManager.Actors.Exchanges;

/// <summary>Which exchanges this node carries, and where the actor of each is. Read by anyone.</summary>
public sealed class ExchangeDirectory
{
    private readonly ConcurrentDictionary<long, ActorRef<EntityMessage>> _actors = new();
    private readonly ConcurrentDictionary<long, string> _broken = new();
    private readonly ConcurrentDictionary<int, Fence?> _open = new();

    /// <summary>How many exchanges have an actor here.</summary>
    public int Count => _actors.Count;

    /// <summary>The exchanges that cannot be used, and why.</summary>
    public IReadOnlyDictionary<long, string> Broken => _broken;

    /// <summary>All actors.</summary>
    public ICollection<ActorRef<EntityMessage>> Actors => _actors.Values;

    /// <summary>The actor; null where there is no such exchange here, or it is broken.</summary>
    public ActorRef<EntityMessage>? Find(long id) => _actors.GetValueOrDefault(id);

    /// <summary>Whether an exchange would be found here if it existed: its shard is this node's.</summary>
    public bool Carries(long id) => _open.ContainsKey(Shard.Of(id));

    /// <summary>Whether there certainly is no such exchange, or a broken one: its shard was here before it was looked for, and still is.</summary>
    /// <remarks>Who has looked in vain without that may have looked just before its shard was opened.</remarks>
    public bool Lacks(long id) => Carries(id) && Find(id) is not { IsStopped: false } && Carries(id);

    /// <summary>The exchanges of a shard.</summary>
    public IReadOnlyList<ActorRef<EntityMessage>> Of(int shard) =>
        [.. from entry in _actors where Shard.Of(entry.Key) == shard select entry.Value];

    /// <summary>How many exchanges each shard has here.</summary>
    public IReadOnlyDictionary<int, int> CountByShard() => _actors.Keys.CountBy(Shard.Of).ToDictionary();

    internal void Open(int shard, Fence? right) => _open[shard] = right;

    /// <summary>The shard has passed on; what is not found in it from now on may well exist.</summary>
    internal void Lose(Fence right) => _open.TryRemove(new(right.Shard, right));

    internal void Close(int shard)
    {
        _open.TryRemove(shard, out _);
        foreach (var id in _broken.Keys.Where(id => Shard.Of(id) == shard))
        {
            _broken.TryRemove(id, out _);
        }
    }

    internal void Add(long id, ActorRef<EntityMessage> actor) => _actors[id] = actor;

    internal void Remove(long id) => _actors.TryRemove(id, out _);

    internal void Remove(long id, ActorRef actor)
    {
        if (_actors.TryGetValue(id, out var current) && current == actor)
        {
            _actors.TryRemove(new(id, current));
        }
    }

    internal void Break(long id, string reason) => _broken[id] = reason;
}
