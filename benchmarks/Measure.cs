namespace MarketManager.Benchmarks;

/// <summary>One measurement: time, processor time and allocations around some work.</summary>
/// <param name="Seconds">Of real time.</param>
/// <param name="CpuSeconds">Of the whole process, all threads.</param>
/// <param name="Bytes">Allocated by the whole process.</param>
public readonly record struct Measurement(double Seconds, double CpuSeconds, long Bytes);

/// <summary>The harness of all benchmarks.</summary>
public static class Measure
{
    /// <summary>Runs the work several times and gives the run with the median time; the first, cold, one does not count.</summary>
    public static async Task<Measurement> Median(int runs, Func<Task> work)
    {
        await work();
        var all = new List<Measurement>();
        for (var i = 0; i < runs; i++)
        {
            all.Add(await Once(work));
        }

        return all.OrderBy(m => m.Seconds).ElementAt(runs / 2);
    }

    /// <summary>Runs the work once.</summary>
    public static async Task<Measurement> Once(Func<Task> work)
    {
        GC.Collect();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var began = TimeProvider.System.GetTimestamp();
        await work();
        var took = TimeProvider.System.GetElapsedTime(began);
        var used = Environment.CpuUsage.TotalTime - cpu;
        return new(took.TotalSeconds, used.TotalSeconds, GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }

    /// <summary>The value in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    /// <summary>What is alive on the heap now, in bytes.</summary>
    public static long LiveBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
