using MarketManager.Host.Composition;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MarketManager.Host.Tests.Composition;

public sealed class StopOrderTests
{
    [Fact]
    public async Task What_was_started_last_ends_first_and_a_failure_keeps_nothing_up()
    {
        var ended = new List<string>();
        var stops = new StopOrder(NullLogger.Instance);
        stops.Add("store", () => End("store"));
        stops.Add("workers", () => throw new InvalidOperationException("stuck"));
        stops.Add("api", () => End("api"));

        await stops.Stop();
        await stops.Stop();

        Assert.Equal(["api", "store"], ended);

        ValueTask End(string part)
        {
            ended.Add(part);
            return ValueTask.CompletedTask;
        }
    }
}
