using System.CommandLine;
using System.CommandLine.Completions;
using MarketManager.Cli.Completion;
using MarketManager.Cli.Exchanges;

namespace MarketManager.Cli;

/// <summary>Makes commands that run in a <see cref="CliSession"/>.</summary>
internal sealed class CommandFactory(CliContext context, CliOptions options)
{
    /// <summary>A command with its arguments and options, in the order of its help.</summary>
    public Command Create(
        string name,
        string description,
        Func<CliSession, CancellationToken, Task<int>> run,
        params IEnumerable<Symbol> symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = new CliSession(context, options, parsed);
            return await run(session, cancellationToken);
        });
        return command;
    }

    /// <summary>An argument that names an exchange; the shell completes it by asking the node.</summary>
    public Argument<string> ExchangeArgument()
    {
        var argument = new Argument<string>("exchange") { Description = "Id, slug or name of an exchange", HelpName = "exchange" };
        argument.CompletionSources.Add(CompleteExchanges);
        return argument;
    }

    /// <summary>An argument that names a node of the cluster; the shell completes it by asking one.</summary>
    public Argument<string> NodeArgument()
    {
        var argument = new Argument<string>("node") { Description = "Name of a node, as 'cluster nodes' shows it", HelpName = "node" };
        argument.CompletionSources.Add(CompleteNodes);
        return argument;
    }

    /// <summary>The names of nodes for the shell.</summary>
    public IEnumerable<string> CompleteNodes(CompletionContext completion) =>
        NodeWords.Ask(context, options, completion.ParseResult, "api/cluster/nodes/?limit=1000", "name");

    /// <summary>The names of exchanges for the shell.</summary>
    public IEnumerable<string> CompleteExchanges(CompletionContext completion) =>
        ExchangeNames.Complete(context, options, completion.ParseResult);
}
