using Xunit;

namespace MarketManager.Chaos.Tests.Certain;

/// <summary>Waits for what a test needs to go on.</summary>
internal static class Wait
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Looks every now and then until it holds; the test fails where it never does.</summary>
    public static async Task Until(string what, Func<Task<bool>> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"waited in vain until {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }
}
