using MarketManager.Benchmarks;
using MarketManager.Benchmarks.Kernel;
using MarketManager.Benchmarks.Storage;

// dotnet run -c Release --project benchmarks -- kernel
switch (args)
{
    case ["kernel", .. var names]:
        await KernelBenchmarks.Run(new Report("kernel", Console.Out), names);
        return 0;
    case ["storage", .. var names]:
        await StorageBenchmarks.Run(new Report("storage", Console.Out), names);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: benchmarks kernel [tell|ask|handlers|memory|timers|idle ...] | storage [events|replay|markets|pages ...]");
        return 2;
}
