using MarketManager.Cluster.Members;

namespace MarketManager.Cluster.Tests.Members;

/// <summary>Alone, since they keep the thread pool busy.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public class Alone;

[Collection("alone")]
public class ClusterThreadTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task Loop_goes_on_upon_its_own_thread_whatever_it_awaits()
    {
        var thread = new ClusterThread(TimeProvider.System);
        List<string?> names = [];
        await thread.Run(async () =>
        {
            names.Add(Thread.CurrentThread.Name);
            await Task.Delay(Moment, thread.Time);
            names.Add(Thread.CurrentThread.Name);
            await Task.Run(static () => { });
            names.Add(Thread.CurrentThread.Name);
            await Task.Yield();
            names.Add(Thread.CurrentThread.Name);
        });
        Assert.Equal(["cluster", "cluster", "cluster", "cluster"], names);
    }

    [Fact]
    public async Task Failure_of_the_loop_comes_out() =>
        await Assert.ThrowsAsync<InvalidDataException>(() => new ClusterThread(TimeProvider.System).Run(() => throw new InvalidDataException()));

    [Fact]
    public async Task Timers_fire_in_order_again_and_again_and_not_after_they_were_stopped()
    {
        var thread = new ClusterThread(TimeProvider.System);
        List<string> fired = [];
        await thread.Run(async () =>
        {
            await using var stopped = thread.Time.CreateTimer(_ => fired.Add("stopped"), null, Moment, Moment);
            stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            var thrice = new TaskCompletionSource();
            await using var late = thread.Time.CreateTimer(_ => fired.Add("late"), null, 2 * Moment, Timeout.InfiniteTimeSpan);
            await using var once = thread.Time.CreateTimer(_ => fired.Add("once"), null, Moment, Timeout.InfiniteTimeSpan);
            await using var often = thread.Time.CreateTimer(
                _ =>
                {
                    fired.Add("often");
                    if (fired.Count(name => name == "often") == 3)
                    {
                        thrice.SetResult();
                    }
                },
                null, 3 * Moment, Moment);
            await thrice.Task;
        });
        Assert.Equal(["once", "late", "often", "often", "often"], fired);
    }

    [Fact]
    public async Task Starved_thread_pool_costs_no_lease()
    {
        await using var cluster = await PostgresCluster.Create(lease: TimeSpan.FromSeconds(2));
        var nodes = await cluster.Start("a", "b");
        using var release = new ManualResetEventSlim();
        using var never = new ManualResetEventSlim();
        var held = 0;
        for (var workers = 0; workers < 100; workers++)
        {
            ThreadPool.QueueUserWorkItem(_ => release.Wait());
        }

        for (var looks = 0; looks < 300; looks++)
        {
            never.Wait(Moment);
            held += nodes.All(node => node.Node.Lease.Holds) ? 1 : 0;
        }

        var queued = ThreadPool.PendingWorkItemCount;
        release.Set();
        Assert.NotEqual(0, queued);
        Assert.InRange(held, 200, 300);
        Assert.Equal("", await cluster.Deaths());
    }
}
