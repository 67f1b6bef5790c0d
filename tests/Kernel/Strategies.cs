namespace MarketManager.Kernel.Tests;

internal static class Strategies
{
    public static SupervisorStrategy RestartAtOnce { get; } = Always(Directive.Restart);

    public static SupervisorStrategy Always(Directive directive, int maxRestarts = 10, Directive onLimit = Directive.Stop) => new(
        maxRestarts, TimeSpan.FromMinutes(1), new Backoff(TimeSpan.Zero, TimeSpan.Zero, 0), _ => directive, onLimit);
}
