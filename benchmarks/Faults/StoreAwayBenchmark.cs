using System.Globalization;
using MarketManager.TestKit.Postgres;

namespace MarketManager.Benchmarks.Faults;

/// <summary>PostgreSQL is stopped for half a minute, while exchanges gather every second.</summary>
internal static class StoreAwayBenchmark
{
    private const int Gathering = 30;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task Run(PostgresServer server, Report report)
    {
        await using var cluster = await FaultCluster.Start(server, exchanges: 0, gathering: Gathering);
        await Task.Delay(WarmUp, TimeProvider.System);
        var before = await cluster.Ask<decimal>("SELECT sum(epoch) FROM mm.shard");
        await server.Stop();
        await Task.Delay(Away, TimeProvider.System);
        await server.StartAgain();
        var back = await cluster.Ask<DateTime>("SELECT clock_timestamp()");
        var firsts = await FirstSuccesses(cluster, back);

        report.Value($"PostgreSQL back after {Away.TotalSeconds:0} s, {Gathering} exchanges every second, to the first run that has succeeded since", firsts[0], "s");
        report.Below("  to the first one of each exchange", firsts[^1], 3, "s");
        report.Below("  shards moved", (double)(await cluster.Ask<decimal>("SELECT sum(epoch) FROM mm.shard") - before), 1, "");
    }

    // Of each exchange, in seconds after the store was back.
    private static async Task<double[]> FirstSuccesses(FaultCluster cluster, DateTime back)
    {
        var since = back.ToString("O", CultureInfo.InvariantCulture);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var firsts = await cluster.Ask<double[]>(
                $"""
                SELECT coalesce(array_agg(first ORDER BY first), ARRAY[]::float8[]) FROM (
                  SELECT extract(epoch FROM min(ended) - '{since}')::float8 AS first FROM mm.run
                  WHERE started > '{since}' AND state = 'succeeded' GROUP BY exchange) AS firsts
                """);
            if (firsts.Length == Gathering)
            {
                return firsts;
            }

            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"{firsts.Length} exchanges have gathered since the store is back");
            }

            await Task.Delay(Glance, TimeProvider.System);
        }
    }
}
