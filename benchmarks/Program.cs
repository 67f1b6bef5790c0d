using MarketManager.Benchmarks;
using MarketManager.Benchmarks.Kernel;

// dotnet run -c Release --project benchmarks -- kernel
switch (args)
{
    case ["kernel", .. var names]:
        await KernelBenchmarks.Run(new Report("kernel", Console.Out), names);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: benchmarks kernel [tell|ask|handlers|memory|timers|idle ...]");
        return 2;
}
