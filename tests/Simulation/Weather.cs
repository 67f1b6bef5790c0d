namespace MarketManager.Simulation.Tests;

/// <summary>How often something goes wrong on a simulated day; all chances are 0 when it has cleared up.</summary>
internal sealed class Weather(Random random)
{
    private double _storm = random.NextDouble();

    /// <summary>Everything works from now on.</summary>
    public void ClearUp() => _storm = 0;

    /// <summary>True with this chance on the worst day, less often on a better one.</summary>
    public bool Strikes(double chance) => random.NextDouble() < chance * _storm;

    /// <summary>A number below <paramref name="end"/>.</summary>
    public int Pick(int end) => random.Next(end);

    /// <summary>One of these.</summary>
    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];
}
