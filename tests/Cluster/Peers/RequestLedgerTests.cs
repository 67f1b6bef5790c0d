using MarketManager.Cluster.Peers;
using MarketManager.Kernel;
using MarketManager.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Cluster.Tests.Peers;

public sealed class RequestLedgerTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly TestHandler _handler = new();
    private readonly World _world;
    private readonly RequestLedger _ledger;

    public RequestLedgerTests()
    {
        _world = TestWorld.Create(_time);
        _ledger = new RequestLedger(_handler, _world, NullLogger.Instance);
    }

    public void Dispose() => _ledger.Dispose();

    [Fact]
    public async Task A_repeat_gets_the_first_answer()
    {
        var request = Request(TestHandler.Echo);
        await _ledger.Handle(request);
        _time.Advance(RequestLedger.Memory - TimeSpan.FromSeconds(1));
        Assert.True((await _ledger.Handle(request with { Payload = default })).Payload.Span.SequenceEqual(request.Payload.Span));
        Assert.Equal(1, _handler.TimesExecuted(request.Id));
    }

    [Fact]
    public async Task A_repeat_joins_what_is_under_way()
    {
        var request = Request(TestHandler.Wait);
        var first = _ledger.Handle(request).AsTask();
        var second = _ledger.Handle(request).AsTask();
        _handler.Open();
        Assert.Equal(await first, await second);
        Assert.Equal(1, _handler.TimesExecuted(request.Id));
    }

    [Fact]
    public async Task A_failure_is_an_answer_too()
    {
        var request = Request(TestHandler.Throw);
        Assert.Equal(PeerOutcome.Failed, (await _ledger.Handle(request)).Outcome);
        Assert.Equal(PeerOutcome.Failed, (await _ledger.Handle(request)).Outcome);
        Assert.Equal(1, _handler.TimesExecuted(request.Id));
    }

    [Fact]
    public async Task What_did_nothing_may_be_tried_again()
    {
        var request = Request(TestHandler.Decline);
        Assert.Equal(PeerOutcome.Declined, (await _ledger.Handle(request)).Outcome);
        Assert.True((await _ledger.Handle(request with { Operation = TestHandler.Echo })).IsReplied);
    }

    [Fact]
    public async Task What_only_reads_is_read_again()
    {
        var request = Request(TestHandler.Echo) with { IsSafe = true };
        await _ledger.Handle(request);
        await _ledger.Handle(request);
        Assert.Equal(2, _handler.TimesExecuted(request.Id));
    }

    [Fact]
    public async Task Only_when_the_last_one_gives_up_is_the_handler_told()
    {
        var request = Request(TestHandler.Wait);
        var first = _ledger.Handle(request).AsTask();
        var second = _ledger.Handle(request).AsTask();
        _ledger.GiveUp(request.Id);
        Assert.False(_handler.Cancelled.IsCompleted);
        _ledger.GiveUp(request.Id);
        Assert.True(_handler.Cancelled.IsCompleted);
        Assert.Equal(PeerOutcome.Overdue, (await first).Outcome);
        Assert.Equal(PeerOutcome.Overdue, (await second).Outcome);
    }

    [Fact]
    public async Task Time_that_is_over_ends_what_is_under_way()
    {
        var request = Request(TestHandler.Wait);
        var asked = _ledger.Handle(request).AsTask();
        _time.Advance(request.Within);
        Assert.Equal(PeerOutcome.Overdue, (await asked).Outcome);
    }

    [Fact]
    public async Task A_repeat_of_what_was_forgotten_is_for_the_key_of_the_command_to_notice()
    {
        var first = Request(TestHandler.Echo);
        await _ledger.Handle(first);
        for (var i = 0; i < RequestLedger.MaxEntries; i++)
        {
            await _ledger.Handle(Request(TestHandler.Echo));
        }

        Assert.True((await _ledger.Handle(first)).IsReplied);
        Assert.Equal(2, _handler.TimesExecuted(first.Id));

        var second = Request(TestHandler.Echo);
        await _ledger.Handle(second);
        _time.Advance(RequestLedger.Memory);
        Assert.True((await _ledger.Handle(second)).IsReplied);
        Assert.Equal(2, _handler.TimesExecuted(second.Id));
    }

    private PeerRequest Request(ushort operation) => new(_world.NewId(_world.Now), operation, new byte[] { 1, 2, 3 }, TimeSpan.FromSeconds(5));
}
