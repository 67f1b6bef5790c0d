using System.Diagnostics.CodeAnalysis;

namespace MarketManager.Kernel;

/// <summary>A bounded queue of many producers and one consumer: a linked list without locks (after Vyukov).</summary>
/// <remarks>
/// Producers swap themselves in as the tail and then link their predecessor to them, so that each producer's items keep their
/// order. Only the consumer moves the head, which always is a node that was already taken.
/// </remarks>
internal sealed class Mailbox<T>
{
    private readonly int _capacity;
    private Node _head;
    private Node _tail;
    private int _added;
    private int _taken;

    public Mailbox(int capacity)
    {
        _capacity = capacity;
        _head = _tail = new Node(default!);
    }

    /// <summary>How many items wait; exact for the consumer, a moment's truth for everyone else.</summary>
    public int Count => Math.Max(0, Volatile.Read(ref _added) - Volatile.Read(ref _taken));

    /// <summary>False as soon as a producer has taken its place, even if its item is not linked yet.</summary>
    public bool IsEmpty => Volatile.Read(ref _tail) == Volatile.Read(ref _head);

    /// <summary>Adds an item; false where the mailbox is full.</summary>
    /// <param name="item">What to add.</param>
    /// <param name="delivery">Follows the item; null where nobody does.</param>
    public bool TryAdd(T item, IDelivery? delivery = null)
    {
        // Two counters that only rise: the consumer publishes with a plain store where one shared counter would cost it a lock.
        if (Interlocked.Increment(ref _added) - Volatile.Read(ref _taken) > _capacity)
        {
            Interlocked.Decrement(ref _added);
            return false;
        }

        Link(delivery is null ? new Node(item) : new FollowedNode(item, delivery));
        return true;
    }

    /// <summary>Adds an item past the bound, for what must not get lost and comes seldom.</summary>
    public void Add(T item, IDelivery delivery)
    {
        Interlocked.Increment(ref _added);
        Link(new FollowedNode(item, delivery));
    }

    /// <summary>Takes the oldest item. For the one consumer only.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item, out IDelivery? delivery)
    {
        delivery = null;
        var head = _head;
        var next = Volatile.Read(ref head.Next);
        if (next is null)
        {
            if (Volatile.Read(ref _tail) == head)
            {
                item = default;
                return false;
            }

            // A producer is between its two steps.
            var spinner = default(SpinWait);
            while ((next = Volatile.Read(ref head.Next)) is null)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }
        }

        item = next.Item;
        next.Item = default!; // the node stays as the head; what it carried must not
        if (next is FollowedNode followed)
        {
            delivery = followed.Delivery;
            followed.Delivery = null;
        }

        Volatile.Write(ref _head, next);
        Volatile.Write(ref _taken, _taken + 1);
        return true;
    }

    private void Link(Node node)
    {
        var previous = Interlocked.Exchange(ref _tail, node);
        Volatile.Write(ref previous.Next, node);
    }

    private class Node(T item)
    {
        public T Item = item;
        public Node? Next;
    }

    /// <summary>A class of its own, as most messages are told and nobody follows them: 8 bytes less for each.</summary>
    private sealed class FollowedNode(T item, IDelivery delivery) : Node(item)
    {
        public IDelivery? Delivery = delivery;
    }
}
