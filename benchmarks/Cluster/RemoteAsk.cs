using MarketManager.Benchmarks.WholeNode;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Benchmarks.Cluster;

/// <summary>Asking an actor of another process on this machine, 100 bytes there and back.</summary>
internal static class RemoteAsk
{
    private const int PayloadBytes = 100;
    private const int Runs = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task Run(Report report)
    {
        await using var process = EchoNode.Start();
        var node = EchoNode.Member(await process.ReadLine());
        var world = World.Real();
        await using var peers = new Peers(EchoNode.Caller(node), EchoNode.Options, world, NullLogger<Peers>.Instance);
        var side = new Side(peers, node, process, world);

        foreach (var (what, isSafe) in ((string, bool)[])[("commands", false), ("queries", true)])
        {
            var (seconds, cpu, _) = await side.Median(callers: 64, asks: 3_000, isSafe);
            report.AtLeast($"remote ask, 64 callers, {what}", 1 / seconds, 45_000, "/s");
            report.Below($"remote ask, 64 callers, {what}, processor time of both nodes", cpu * 1e6, 40, "µs");
        }

        var (_, _, p50) = await side.Median(callers: 1, asks: 10_000, isSafe: false);
        report.Below("remote ask, one caller, p50", p50 * 1e6, 150, "µs");
    }

    private sealed class Side(Peers peers, Member node, ChildProcess process, World world)
    {
        private readonly byte[] _payload = new byte[PayloadBytes];

        // Per ask: seconds, seconds of processor time, and the median of the time each took.
        public async Task<(double Seconds, double Cpu, double P50)> Median(int callers, int asks, bool isSafe)
        {
            await Once(callers, asks, isSafe);
            var all = new List<(double Seconds, double Cpu, double P50)>();
            for (var i = 0; i < Runs; i++)
            {
                all.Add(await Once(callers, asks, isSafe));
            }

            return all.OrderBy(run => run.Seconds).ElementAt(Runs / 2);
        }

        private async Task<(double Seconds, double Cpu, double P50)> Once(int callers, int asks, bool isSafe)
        {
            var theirs = process.CpuSeconds;
            double[][] times = [];
            var ours = await Measure.Once(async () => times = await Task.WhenAll(
                Enumerable.Range(0, callers).Select(_ => Task.Run(() => Ask(asks, isSafe)))));
            var count = callers * asks;
            return (ours.Seconds / count, (ours.CpuSeconds + process.CpuSeconds - theirs) / count, Measure.Median(times.SelectMany(t => t)));
        }

        private async Task<double[]> Ask(int asks, bool isSafe)
        {
            var times = new double[asks];
            for (var i = 0; i < asks; i++)
            {
                var began = world.Time.GetTimestamp();
                var request = new PeerRequest(world.NewId(world.Now), 1, _payload, Patience) { IsSafe = isSafe };
                var reply = await peers.Ask(node, request, CancellationToken.None);
                if (!reply.IsReplied || reply.Payload.Length != PayloadBytes)
                {
                    throw new InvalidOperationException(reply.ToString());
                }

                times[i] = world.Time.GetElapsedTime(began).TotalSeconds;
            }

            return times;
        }
    }
}
