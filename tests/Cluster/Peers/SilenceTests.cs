using MarketManager.Cluster.Peers;
using MarketManager.Cluster.Peers.Wire;
using MarketManager.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Cluster.Tests.Peers;

public sealed class SilenceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTime _time = new();
    private readonly PeerOptions _options = TestNode.Options();

    [Fact]
    public async Task A_peer_that_says_nothing_any_more_is_taken_for_dead_within_3_seconds()
    {
        var (near, far) = await SocketPair.Open();
        await using (far)
        {
            var caller = new CallerConnection(near, near.Dispose, _options, _time);
            var running = caller.Run();
            var asked = caller.Ask(Asker.Request(TestHandler.Echo), CancellationToken.None).AsTask();
            var frame = new byte[FrameHeader.Size + 3];
            await far.ReadExactlyAsync(frame);
            _time.Advance(Second);
            Assert.Null(caller.Ended);
            _time.Advance(2 * Second);
            await running;
            Assert.Equal("the other side was silent for too long", caller.Ended);
            Assert.Equal(PeerOutcome.Lost, (await asked).Outcome);
        }
    }

    [Fact]
    public async Task An_idle_connection_lives_on_by_its_pings()
    {
        using var ledger = new RequestLedger(new TestHandler(), TestWorld.Create(_time), NullLogger.Instance);
        var (near, far) = await SocketPair.Open();
        var caller = new CallerConnection(near, near.Dispose, _options, _time);
        var callee = new ServingConnection(far, far.Dispose, ledger, _options, _time);
        var both = Task.WhenAll(caller.Run(), callee.Run());
        for (var i = 1; i <= 10; i++)
        {
            _time.Advance(Second);
            await Until(() => caller.Reads == i);
        }

        Assert.Null(caller.Ended);
        Assert.Null(callee.Ended);
        caller.Close("the test is over");
        await both;
    }

    [Fact]
    public async Task A_caller_that_pings_no_more_is_taken_for_dead_too()
    {
        using var ledger = new RequestLedger(new TestHandler(), TestWorld.Create(_time), NullLogger.Instance);
        var (near, far) = await SocketPair.Open();
        await using (near)
        {
            var callee = new ServingConnection(far, far.Dispose, ledger, _options, _time);
            var running = callee.Run();
            _time.Advance(3 * Second);
            await running;
            Assert.Equal("the other side was silent for too long", callee.Ended);
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Asker.Patience, "the other side did not answer the ping");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }
}
