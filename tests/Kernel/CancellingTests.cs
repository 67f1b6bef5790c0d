using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class CancellingTests
{
    [Fact]
    public void Who_throws_when_it_is_cancelled_stands_in_nobodys_way()
    {
        using var source = new CancellationTokenSource();
        var called = 0;
        using var first = source.Token.Register(() => called++);
        using var broken = source.Token.Register(() => throw new ObjectDisposedException("session"));
        using var last = source.Token.Register(() => called++);
        source.CancelAll();
        Assert.Equal(2, called);
        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public void Who_throws_when_its_time_is_over_stands_in_nobodys_way()
    {
        var time = new ManualTime();
        using var source = new CancellationTokenSource();
        using var limit = source.CancelAllAfter(TimeSpan.FromSeconds(5), time);
        var called = 0;
        using var first = source.Token.Register(() => called++);
        using var broken = source.Token.Register(() => throw new ObjectDisposedException("session"));
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, called);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, called);
    }

    [Fact]
    public void What_is_over_is_not_cancelled_any_more()
    {
        var time = new ManualTime();
        var source = new CancellationTokenSource();
        using var limit = source.CancelAllAfter(TimeSpan.FromSeconds(5), time);
        source.Dispose();
        time.Advance(TimeSpan.FromSeconds(5)); // throws nothing
        Assert.False(source.IsCancellationRequested);
    }

    [Fact]
    public async Task Who_throws_when_it_is_cancelled_elsewhere_stands_in_nobodys_way()
    {
        using var source = new CancellationTokenSource();
        var called = 0;
        using var first = source.Token.Register(() => Interlocked.Increment(ref called));
        using var broken = source.Token.Register(() => throw new ObjectDisposedException("session"));
        using var last = source.Token.Register(() => Interlocked.Increment(ref called));
        await source.CancelAllAsync();
        Assert.Equal(2, called);
    }
}
