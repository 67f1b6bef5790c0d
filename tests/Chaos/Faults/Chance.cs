namespace MarketManager.Chaos.Tests.Faults;

/// <summary>What faults ask of chance.</summary>
internal static class Chance
{
    public static T Of<T>(this Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    /// <summary>One of them, by weight.</summary>
    public static Fault Draw(this Random random, IReadOnlyList<Fault> faults)
    {
        var left = random.Next(faults.Sum(fault => fault.Weight));
        return faults.First(fault => (left -= fault.Weight) < 0);
    }

    /// <summary>Lets some time go by, in seconds.</summary>
    public static Task Pause(this Random random, double least, double most) =>
        Task.Delay(TimeSpan.FromSeconds(least + (random.NextDouble() * (most - least))), TimeProvider.System);
}
