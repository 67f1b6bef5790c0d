namespace MarketManager.Simulator.Protocol;

/// <summary>A request that was understood: what it weighs, and how to answer it.</summary>
/// <param name="Weight">Its weight; it is paid before the answer is worked out.</param>
/// <param name="Render">Makes the body of the answer.</param>
internal readonly record struct Call(int Weight, Func<ReadOnlyMemory<byte>> Render);

/// <summary>The instant that a request is answered for, and the unit of the times in the answer.</summary>
/// <param name="Ms">Unix milliseconds.</param>
/// <param name="Micro">1,000 when the client asked for microseconds, else 1: the factor of every time in the answer.</param>
internal readonly record struct Instant(long Ms, int Micro)
{
    /// <summary>Prices move ten times a second; within one step every answer about them is the same.</summary>
    public const long StepMs = 100;

    /// <summary>The last step at or before the instant.</summary>
    public long Step => Ms - (Ms % StepMs);

    /// <summary>A time in the unit of the answer.</summary>
    public long Write(long ms) => ms * Micro;
}

/// <summary>A place of the venue's REST interface.</summary>
/// <param name="Weight">The least that a request weighs; paid also when it is not understood.</param>
/// <param name="Understand">Reads the parameters; throws <see cref="VenueError"/>.</param>
internal sealed record Route(int Weight, Func<VenueQuery, Instant, Call> Understand);
