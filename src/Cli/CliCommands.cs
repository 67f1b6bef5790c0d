using System.CommandLine;
using MarketManager.Cli.Cluster;
using MarketManager.Cli.Completion;
using MarketManager.Cli.Exchanges;
using MarketManager.Cli.Keys;
using MarketManager.Cli.Markets;
using MarketManager.Cli.Nodes;
using MarketManager.Cli.Venues;

namespace MarketManager.Cli;

/// <summary>The commands that talk to a running node.</summary>
public static class CliCommands
{
    /// <summary>All of them, for the caller to add to its root command; run the whole by <see cref="CliProgram"/>.</summary>
    public static IEnumerable<Command> Build(CliContext context)
    {
        var options = new CliOptions();
        var factory = new CommandFactory(context, options);
        Command[] commands =
        [
            StatusCommand.Build(factory),
            ExchangesCommand.Build(factory),
            PauseCommands.Pause(factory),
            PauseCommands.Resume(factory),
            MarketsCommand.Build(factory),
            VenuesCommand.Build(factory),
            KeysCommand.Build(factory),
            ClusterCommand.Build(factory),
        ];

        // Recursive options hang on each of these commands, not on the root: the host's own commands have others.
        foreach (var command in commands)
        {
            foreach (var option in options.All)
            {
                command.Options.Add(option);
            }
        }

        return [.. commands, CompletionCommand.Build(context), CompleteCommand.Build(context)];
    }
}
