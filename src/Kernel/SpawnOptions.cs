namespace MarketManager.Kernel;

/// <summary>How an actor is set up by whoever spawns it.</summary>
public sealed record SpawnOptions
{
    /// <summary>What is used where nothing is said.</summary>
    public static SpawnOptions Default { get; } = new();

    /// <summary>
    /// How many messages may wait; 1,024 by default. When it is full the new message is dropped: <c>Tell</c> answers false, an
    /// ask throws <see cref="MailboxFullException"/>, the dead letter is counted. Timers, results and ends do not count.
    /// </summary>
    public int MailboxCapacity { get; init; } = 1024;

    /// <summary>
    /// How many of its last messages an inspection shows, by type and time; 0 by default. For actors that matter by themselves and
    /// are not told much: each message costs a look at the clock, and each place 16 B.
    /// </summary>
    public int RemembersMessages { get; init; }

    /// <summary>What happens when the actor throws.</summary>
    public SupervisorStrategy Supervision { get; init; } = SupervisorStrategy.Default;
}
