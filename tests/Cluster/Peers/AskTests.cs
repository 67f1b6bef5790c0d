using MarketManager.Cluster.Peers;

namespace MarketManager.Cluster.Tests.Peers;

public sealed class AskTests
{
    [Theory]
    [InlineData(TestHandler.Echo)]
    [InlineData(TestHandler.EchoLater)]
    public async Task Ten_thousand_requests_of_64_callers_each_get_their_own_answer(ushort operation)
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; i < 10_000; i += 64)
            {
                byte[] payload = [.. BitConverter.GetBytes(i), .. new byte[i % 500]];
                var reply = await asker.Ask(operation, payload);
                Assert.Equal(PeerOutcome.Replied, reply.Outcome);
                Assert.Equal(payload, reply.Payload.ToArray());
            }
        })));
        Assert.Equal(10_000, node.Handler.Executed);
    }

    [Fact]
    public async Task The_longest_payload_goes_there_and_back()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        var payload = new byte[PeerRequest.MaxPayload];
        payload[0] = 1;
        payload[^1] = 2;
        var reply = await asker.Ask(TestHandler.Echo, payload);
        Assert.True(reply.Payload.Span.SequenceEqual(payload));
        Assert.Equal(PeerOutcome.Replied, (await asker.Ask(TestHandler.Echo)).Outcome);
    }

    [Fact]
    public async Task A_longer_payload_is_declined_before_it_is_sent()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        Assert.Equal(PeerOutcome.Declined, (await asker.Ask(TestHandler.Echo, new byte[PeerRequest.MaxPayload + 1])).Outcome);
        Assert.Equal(0, node.Handler.Executed);
    }

    [Fact]
    public async Task An_answer_that_is_too_long_fails_alone()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        Assert.Equal(PeerOutcome.Failed, (await asker.Ask(TestHandler.Huge)).Outcome);
        Assert.Equal(PeerOutcome.Replied, (await asker.Ask(TestHandler.Echo)).Outcome);
    }

    [Fact]
    public async Task An_answer_does_not_wait_for_those_asked_before()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        var slow = asker.Ask(TestHandler.Wait, [7]);
        await node.Handler.Waiting;
        Assert.Equal([8], (await asker.Ask(TestHandler.Echo, [8])).Payload.ToArray());
        node.Handler.Open();
        Assert.Equal([7], (await slow).Payload.ToArray());
    }

    [Fact]
    public async Task A_caller_that_gives_up_lets_the_handler_know()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        using var gaveUp = new CancellationTokenSource();
        var asked = asker.Ask(Asker.Request(TestHandler.Wait), gaveUp.Token);
        await node.Handler.Waiting;
        await gaveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await node.Handler.Cancelled.WaitAsync(Asker.Patience);
        Assert.Equal(PeerOutcome.Replied, (await asker.Ask(TestHandler.Echo)).Outcome);
    }

    [Fact]
    public async Task A_caller_that_gave_up_before_asks_nothing()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        await asker.Ask(TestHandler.Echo);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => asker.Ask(Asker.Request(TestHandler.Echo), new CancellationToken(canceled: true)));
        Assert.Equal(1, node.Handler.Executed);
    }

    [Fact]
    public async Task No_answer_in_time_is_unknown_and_ends_the_handlers_token()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        var reply = await asker.Ask(Asker.Request(TestHandler.Wait, within: TimeSpan.FromMilliseconds(300)));
        Assert.Equal(PeerOutcome.Overdue, reply.Outcome);
        await node.Handler.Cancelled.WaitAsync(Asker.Patience);
        Assert.Equal(PeerOutcome.Replied, (await asker.Ask(TestHandler.Echo)).Outcome);
    }

    [Fact]
    public async Task A_request_without_time_left_is_not_sent()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        Assert.Equal(PeerOutcome.Expired, (await asker.Ask(Asker.Request(TestHandler.Echo, within: TimeSpan.Zero))).Outcome);
        Assert.Equal(0, node.Handler.Executed);
    }

    [Fact]
    public async Task A_handler_that_throws_leaves_the_outcome_unknown()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        var reply = await asker.Ask(TestHandler.Throw);
        Assert.Equal(PeerOutcome.Failed, reply.Outcome);
        Assert.Equal("that node failed: on purpose", reply.Why);
    }

    [Fact]
    public async Task A_handler_that_declines_did_nothing()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        var reply = await asker.Ask(TestHandler.Decline);
        Assert.True(reply.IsNotExecuted);
        Assert.Equal("Declined: not the owner", reply.ToString());
    }

    [Fact]
    public async Task More_unanswered_requests_than_a_connection_may_have_are_refused_as_busy()
    {
        var options = new PeerOptions { Secret = TestNode.Secret, MaxCalls = 2 };
        await using var node = await TestNode.Start();
        await using var asker = node.Asker(options);
        await asker.Ask(TestHandler.Echo);
        Task<PeerReply>[] two = [asker.Ask(TestHandler.Wait), asker.Ask(TestHandler.Wait)];
        await node.Handler.Waiting;
        Assert.Equal(PeerOutcome.Busy, (await asker.Ask(TestHandler.Echo)).Outcome);
        node.Handler.Open();
        Assert.All(await Task.WhenAll(two), reply => Assert.True(reply.IsReplied));
    }

    [Fact]
    public async Task More_bytes_than_may_be_queued_are_refused_as_busy()
    {
        var options = new PeerOptions { Secret = TestNode.Secret, MaxQueuedBytes = 1000 };
        await using var node = await TestNode.Start();
        await using var asker = node.Asker(options);
        Assert.Equal(PeerOutcome.Busy, (await asker.Ask(TestHandler.Echo, new byte[1000])).Outcome);
        Assert.Equal(PeerOutcome.Replied, (await asker.Ask(TestHandler.Echo, new byte[100])).Outcome);
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_into_the_queue_fails_alone()
    {
        await using var node = await TestNode.Start(new PeerOptions { Secret = TestNode.Secret, MaxQueuedBytes = 1000 });
        await using var asker = node.Asker();
        Assert.Equal(PeerOutcome.Failed, (await asker.Ask(TestHandler.Echo, new byte[1000])).Outcome);
        Assert.Equal(PeerOutcome.Replied, (await asker.Ask(TestHandler.Echo, new byte[100])).Outcome);
    }
}
