using System.CommandLine;
using MarketManager.Cli;
using MarketManager.Host.Composition;
using MarketManager.Simulator;

namespace MarketManager.Host.Commands;

/// <summary><c>simulator</c>: the simulated venue alone, in the foreground.</summary>
internal static class SimulatorCommand
{
    /// <summary>The command.</summary>
    public static Command Build(CliContext context)
    {
        var defaults = new SimulatorOptions();
        var url = new Option<string>("--url") { Description = "Where to listen, on loopback; port 0 takes a free one", HelpName = "URL", DefaultValueFactory = _ => defaults.Url };
        var symbols = new Option<int>("--symbols") { Description = $"How many symbols it lists, 1 to {SimulatorOptions.MaxSymbols}", HelpName = "NUMBER", DefaultValueFactory = _ => defaults.Symbols };
        var seed = new Option<long>("--seed") { Description = "What all prices follow from", HelpName = "NUMBER", DefaultValueFactory = _ => defaults.Seed };
        var weight = new Option<int>("--weight-limit") { Description = "Request weight allowed per minute", HelpName = "NUMBER", DefaultValueFactory = _ => defaults.WeightLimit };
        var command = new ServiceCommand("simulator", "Run a simulated venue that speaks Binance's spot protocol") { url, symbols, seed, weight };
        command.SetAction((line, _) => Run(
            new SimulatorOptions
            {
                Url = line.GetRequiredValue(url),
                Symbols = line.GetValue(symbols),
                Seed = line.GetValue(seed),
                WeightLimit = line.GetValue(weight),
            },
            context));
        return command;
    }

    private static async Task<int> Run(SimulatorOptions options, CliContext context)
    {
        using var signals = new StopSignals();
        try
        {
            await using var simulator = await SimulatorServer.Start(options, context.World.Time, loggers: null, signals.Asked);
            await context.Out.WriteLineAsync(simulator.Address.GetLeftPart(UriPartial.Authority));
            await context.Out.FlushAsync();
            await signals.WaitUntilAsked();
            return ExitCode.Done;
        }
        catch (ArgumentException e)
        {
            throw new CliException(ExitCode.Usage, e.Message);
        }
    }
}
