namespace MarketManager.Kernel;

/// <summary>The one door through which everything that is not deterministic comes in: time, ids, randomness.</summary>
/// <remarks>A simulation passes a manual clock and a seeded generator and gets the same day again.</remarks>
public class World
{
    private readonly Random _random;
    private readonly Lock _gate = new();

    /// <summary>Creates a world from its sources.</summary>
    /// <param name="time">The clock; all instants are UTC.</param>
    /// <param name="random">The source of randomness; used under a lock, so it needs not be thread-safe.</param>
    public World(TimeProvider time, Random random)
    {
        Time = time;
        _random = random;
    }

    /// <summary>The clock, and the timers that belong to it.</summary>
    public TimeProvider Time { get; }

    /// <summary>The current instant, UTC.</summary>
    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>The real world: the system's clock and an unpredictable generator.</summary>
#pragma warning disable RS0030 // This is the door.
    public static World Real() => new(TimeProvider.System, new Random());
#pragma warning restore RS0030

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble()
    {
        lock (_gate)
        {
            return _random.NextDouble();
        }
    }

    /// <summary>Fills a span with random bytes. Not for secrets.</summary>
    public void NextBytes(Span<byte> bytes)
    {
        lock (_gate)
        {
            _random.NextBytes(bytes);
        }
    }

    /// <summary>A duration in [0, <paramref name="upTo"/>).</summary>
    public TimeSpan NextDuration(TimeSpan upTo) => upTo * NextDouble();

    /// <summary>A UUIDv7 whose time is <paramref name="at"/>, so that ids sort by it (RFC 9562, section 5.7).</summary>
    public Guid NewId(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        NextBytes(bytes);
        var milliseconds = at.ToUnixTimeMilliseconds();
        for (var i = 0; i < 6; i++)
        {
            bytes[i] = (byte)(milliseconds >> (40 - (8 * i)));
        }

        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }
}
