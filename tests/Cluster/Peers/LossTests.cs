using System.Net;
using System.Net.Sockets;
using MarketManager.Cluster.Peers;

namespace MarketManager.Cluster.Tests.Peers;

public sealed class LossTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Connections_cut_at_any_byte_never_let_a_request_be_executed_twice(int seed)
    {
#pragma warning disable RS0030 // A seeded source, so that a failure can be repeated.
        var random = new Random(seed);
#pragma warning restore RS0030
        await using var node = await TestNode.Start();
        await using var proxy = new CuttingProxy(node.Member.Address, () => (random.Next(1, 4000), random.Next(1, 4000)));
        await using var asker = node.Asker(to: node.Member with { Address = proxy.Address });
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            List<PeerOutcome> seen = [];
            for (var i = 0; i < 60; i++)
            {
                var request = Asker.Request(i % 2 == 0 ? TestHandler.Echo : TestHandler.EchoLater, new byte[i]);
                var isRepeat = false;
                while (true)
                {
                    var reply = await asker.Ask(request);
                    seen.Add(reply.Outcome);
                    if (reply.IsReplied)
                    {
                        Assert.Equal(i, reply.Payload.Length);
                        Assert.Equal(1, node.Handler.TimesExecuted(request.Id));
                        break;
                    }

                    Assert.True(reply.IsNotExecuted || reply.Outcome == PeerOutcome.Lost, reply.ToString());
                    if (reply.IsNotExecuted && !isRepeat)
                    {
                        Assert.Equal(0, node.Handler.TimesExecuted(request.Id));
                    }

                    isRepeat |= !reply.IsNotExecuted;
                }
            }

            return seen;
        })));
        Assert.Equal(480, node.Handler.Executed);
        Assert.Contains(PeerOutcome.Lost, outcomes.SelectMany(seen => seen));
        Assert.True(proxy.Connections > 10, $"only {proxy.Connections} connections were cut");
    }

    [Fact]
    public async Task A_repeat_joins_the_request_that_a_lost_connection_left_behind()
    {
        await using var node = await TestNode.Start();
        await using var first = node.Asker();
        var request = Asker.Request(TestHandler.Wait);
        var lost = first.Ask(request);
        await node.Handler.Waiting;
        first.Views.Set();
        Assert.Equal(PeerOutcome.Lost, (await lost).Outcome);

        await using var second = node.Asker();
        var repeated = second.Ask(request);
        node.Handler.Open();
        Assert.True((await repeated).IsReplied);
        Assert.Equal(1, node.Handler.TimesExecuted(request.Id));
    }

    [Fact]
    public async Task A_refused_connection_is_certain_and_tried_again_later()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var nobody = new Uri($"http://{listener.LocalEndpoint}");
        listener.Stop();
        await using var node = await TestNode.Start();
        await using var asker = node.Asker(to: node.Member with { Address = nobody });
        Assert.Equal(PeerOutcome.Unreachable, (await asker.Ask(TestHandler.Echo)).Outcome);

        await using var proxy = new CuttingProxy(node.Member.Address, () => (int.MaxValue, int.MaxValue));
        await using var other = node.Asker(to: node.Member with { Address = proxy.Address });
        Assert.True((await other.Ask(TestHandler.Echo)).IsReplied);
    }

    [Fact]
    public async Task A_node_that_leaves_the_cluster_is_asked_no_more()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        var waiting = asker.Ask(TestHandler.Wait);
        await node.Handler.Waiting;
        asker.Views.Set();
        Assert.Equal(PeerOutcome.Lost, (await waiting).Outcome);
        Assert.Equal(PeerOutcome.Unreachable, (await asker.Ask(TestHandler.Echo)).Outcome);
    }

    [Fact]
    public async Task A_node_that_stops_answers_what_it_has_and_declines_the_rest()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        var waiting = asker.Ask(TestHandler.Wait);
        await node.Handler.Waiting;
        var stopping = node.Server.Stop(CancellationToken.None);
        var late = await asker.Ask(TestHandler.Echo);
        Assert.True(late.IsNotExecuted, late.ToString());
        Assert.Contains("that node stops", late.Why, StringComparison.Ordinal);
        Assert.False(stopping.IsCompleted);
        node.Handler.Open();
        Assert.True((await waiting).IsReplied);
        await stopping.WaitAsync(Asker.Patience);
    }

    [Fact]
    public async Task Stopping_under_load_loses_no_request()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker();
        var asked = Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            PeerReply reply;
            do
            {
                reply = await asker.Ask(TestHandler.EchoLater);
            }
            while (reply.IsReplied);

            return reply;
        })).ToArray();
        await asker.Ask(TestHandler.Echo);
        await node.Server.Stop(CancellationToken.None).WaitAsync(Asker.Patience);
        Assert.All(await Task.WhenAll(asked), reply => Assert.True(reply.IsNotExecuted, reply.ToString()));
    }
}
