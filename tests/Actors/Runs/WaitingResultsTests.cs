using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Exchanges;
using MarketManager.TestKit;
using Xunit;

namespace MarketManager.Actors.Tests.Runs;

/// <summary>What runs bring while the store is away is kept as long as there is room for it.</summary>
public sealed class WaitingResultsTests : ExchangeTests
{
    private const long RoomForOne = 2 * 256;

    [Fact]
    public void Result_that_finds_no_room_is_given_up_and_its_run_fails()
    {
        var (first, second) = RunTwo();
        Store.Journal.FailNext(JournalFault.Unavailable);
        Store.Journal.FailNext(JournalFault.Unavailable);
        Source.Passes[0].Succeed();
        Source.Passes[1].Succeed();
        Node.Advance(3);

        Assert.Equal([("Succeeded", null), ("Failed", ErrorKinds.StoreAway)], new[] { first, second }.Select(Outcome));
        Assert.Equal((2, false), (Store.Tables.Markets[first].Markets.Count, Store.Tables.Markets.ContainsKey(second)));
    }

    [Fact]
    public void Room_is_free_again_once_the_result_is_kept()
    {
        var (first, second) = RunTwo();
        Store.Journal.FailNext(JournalFault.Unavailable);
        Source.Passes[0].Succeed();
        Node.Advance(3);
        Store.Journal.FailNext(JournalFault.Unavailable);
        Source.Passes[1].Succeed();
        Node.Advance(3);

        Assert.Equal([("Succeeded", null), ("Succeeded", null)], new[] { first, second }.Select(Outcome));
    }

    [Fact]
    public void Room_is_free_again_once_the_exchange_that_waited_has_stopped()
    {
        var (first, second) = RunTwo();
        Store.Journal.FailNext(JournalFault.Unavailable);
        Store.Journal.FailNext(JournalFault.UnknownNotCommitted);
        Source.Passes[0].Succeed();
        Node.Advance(1.5); // it does not know what became of the second try, and restarts
        Store.Journal.FailNext(JournalFault.Unavailable);
        Source.Passes[1].Succeed();
        Node.Advance(3);

        Assert.Equal(RunState.Crashed, Store.RunsOf(first)[0].State);
        Assert.Equal(("Succeeded", null), Outcome(second));
    }

    private (long First, long Second) RunTwo()
    {
        Node.Kill();
        Node.WaitingBytes = RoomForOne;
        Node.Start();
        Source.ThenHang().ThenHang();
        var first = Create("first", interval: 3600);
        Node.Advance(0.1);
        var second = Create("second", interval: 3600, options: """{"markets":{"max_symbols":7}}""");
        Node.Advance(0.1);
        Assert.Equal(2, Source.Passes.Count);
        return (first, second);
    }

    private (string State, string? Kind) Outcome(long id) => (LastRun(id).State.ToString(), LastRun(id).Error?.Kind);
}
