namespace MarketManager.Venues.Tests.Support;

/// <summary>Waits for what another process brings about.</summary>
internal static class Eventually
{
    /// <summary>Polls until the condition holds; fails after the deadline, saying what was awaited.</summary>
    public static Task Holds(string what, Func<bool> condition, TimeSpan? within = null) =>
        Holds(what, () => Task.FromResult(condition()), within);

    /// <inheritdoc cref="Holds(string, Func{bool}, TimeSpan?)"/>
    public static async Task Holds(string what, Func<Task<bool>> condition, TimeSpan? within = null)
    {
        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        var deadline = within ?? TimeSpan.FromSeconds(30);
        while (!await condition())
        {
            Assert.True(time.GetElapsedTime(start) < deadline, $"after {deadline} it still does not hold that {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), time);
        }
    }
}
