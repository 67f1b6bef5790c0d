using MarketManager.Actors.Exchanges;
using MarketManager.Host.Composition;
using Xunit;

namespace MarketManager.Host.Tests.Composition;

public sealed class ExchangeWatchTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(30, true, false)]
    [InlineData(31, true, true)]
    [InlineData(31, false, false)]
    public void Enabled_exchange_is_overdue_after_three_intervals_without_success(int secondsSinceSuccess, bool enabled, bool overdue) =>
        Assert.Equal(overdue, ExchangeWatch.IsOverdue(Exchange(enabled, Noon.AddHours(-1), Noon.AddSeconds(-secondsSinceSuccess)), Noon));

    [Fact]
    public void Exchange_that_was_just_changed_is_not_overdue() =>
        Assert.False(ExchangeWatch.IsOverdue(Exchange(true, Noon.AddSeconds(-30), Noon.AddHours(-1)), Noon));

    [Theory]
    [InlineData(30, false)]
    [InlineData(31, true)]
    public void Exchange_that_never_succeeded_counts_from_its_creation(int secondsSinceCreated, bool overdue) =>
        Assert.Equal(overdue, ExchangeWatch.IsOverdue(Exchange(true, Noon.AddSeconds(-secondsSinceCreated), null), Noon));

    private static ExchangeView Exchange(bool enabled, DateTimeOffset updated, DateTimeOffset? lastUpdate) => new(
        1, "default", "One", "one", "sim", enabled, Interval: 10, null, null, null, "{}", null, null, null, updated, updated, lastUpdate, false,
        new ExchangeStatus(ExchangeCondition.Idle, null, null, null, null, null, 0, null, "n"), 1, 1);
}
