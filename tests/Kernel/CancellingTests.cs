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
