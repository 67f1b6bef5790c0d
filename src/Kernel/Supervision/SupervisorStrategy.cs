namespace MarketManager.Kernel;

/// <summary>What a parent does with a child that threw.</summary>
public enum Directive
{
    /// <summary>Keep the child and its state; the message that failed is dropped.</summary>
    Resume,

    /// <summary>Make a new instance after the backoff; the mailbox is kept, the message that failed is dropped.</summary>
    Restart,

    /// <summary>End the child; watchers are told.</summary>
    Stop,

    /// <summary>Fail oneself with the child's exception, so that one's own parent decides.</summary>
    Escalate,
}

/// <summary>How long to wait before the n-th restart in a row: doubling from <paramref name="Initial"/> up to <paramref name="Max"/>.</summary>
/// <param name="Initial">Before the first restart; zero restarts at once.</param>
/// <param name="Max">The longest wait, jitter not counted.</param>
/// <param name="Jitter">A share of the wait in [0, 1] that is added at random, so that many children do not return together.</param>
public sealed record Backoff(TimeSpan Initial, TimeSpan Max, double Jitter = 0.2)
{
    /// <summary>The wait before restart number <paramref name="restart"/> (from 1).</summary>
    /// <param name="restart">Counts from 1.</param>
    /// <param name="random">A number in [0, 1) that decides the jitter.</param>
    public TimeSpan Before(int restart, double random)
    {
        var doubled = Initial.Ticks * Math.Pow(2, restart - 1); // a double: it may be far beyond any TimeSpan
        var wait = doubled < Max.Ticks ? TimeSpan.FromTicks((long)doubled) : Max;
        return wait * (1 + (Jitter * random));
    }
}

/// <summary>How a parent supervises one child.</summary>
/// <param name="MaxRestarts">More restarts than this within <paramref name="Within"/> stop the child (or escalate, see <paramref name="OnLimit"/>).</param>
/// <param name="Within">The window in which restarts are counted.</param>
/// <param name="Backoff">The wait before each restart.</param>
/// <param name="Decide">The directive by exception.</param>
/// <param name="OnLimit">What happens past the limit: <see cref="Directive.Stop"/> or <see cref="Directive.Escalate"/>.</param>
public sealed record SupervisorStrategy(
    int MaxRestarts,
    TimeSpan Within,
    Backoff Backoff,
    Func<Exception, Directive> Decide,
    Directive OnLimit = Directive.Stop)
{
    /// <summary>Restart on anything, ten times a minute, from 100 ms to 10 s.</summary>
    public static SupervisorStrategy Default { get; } = new(
        10,
        TimeSpan.FromMinutes(1),
        new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)),
        _ => Directive.Restart);
}
