namespace MarketManager.Kernel;

/// <summary>The last messages of one actor by type and time: a ring that its turns write and anybody reads.</summary>
/// <remarks>Only for actors whose parent asks for it: it costs 16 B a place, and a look at the clock for each message.</remarks>
internal sealed class MessageMemory(int places)
{
    private readonly (Type Type, long Ticks)[] _ring = new (Type, long)[places];
    private long _count;

    public void Add(Type type, DateTimeOffset at)
    {
        lock (_ring)
        {
            _ring[_count++ % places] = (type, at.UtcTicks);
        }
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<HandledMessage> Read()
    {
        lock (_ring)
        {
            var messages = new List<HandledMessage>(places);
            for (var i = _count - 1; i >= 0 && i >= _count - places; i--)
            {
                var (type, ticks) = _ring[i % places];
                messages.Add(new HandledMessage(NameOf(type), new DateTimeOffset(ticks, TimeSpan.Zero)));
            }

            return messages;
        }
    }

    // Messages are nested in the family that they belong to, and mean little without its name.
    private static string NameOf(Type type) => type.DeclaringType is { } family ? $"{family.Name}.{type.Name}" : type.Name;
}
