using System.CommandLine;
using System.Text.Json;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;

namespace MarketManager.Cli;

/// <summary>One command line being carried out: its values, the node it talks to, and where its words go.</summary>
internal sealed class CliSession(CliContext context, CliOptions options, ParseResult parsed) : IDisposable
{
    private NodeClient? _node;

    public CliContext Context => context;

    public bool Json => parsed.GetValue(options.Output) == "json";

    public DateTimeOffset Now => context.World.Now;

    public string DataFolder => NodeAddress.DataFolder(parsed.GetValue(options.Data), context);

    public NodeAddress Address => NodeAddress.Choose(
        parsed.GetValue(options.Url), parsed.GetValue(options.Socket), DataFolder, context.Environment);

    /// <summary>Connects with the first request.</summary>
    public NodeClient Node => _node ??= new NodeClient(Address, context);

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!; // Parsing has seen to those that are required.

    /// <summary>True where the option was written, with or without a value.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Writes data: as JSON where that is asked for, else as a person reads it.</summary>
    public void Show(JsonElement data, Action<Screen> asText)
    {
        if (Json)
        {
            context.Out.WriteLine(JsonText.Pretty(data));
        }
        else
        {
            asText(new Screen(context));
        }
    }

    /// <summary>Tells a person something that is not data.</summary>
    public void Say(string message) => context.Error.WriteLine(message);

    /// <summary>Asks a yes-or-no question; no by default.</summary>
    /// <exception cref="CliException">Nobody can answer; <paramref name="otherwise"/> says what to do.</exception>
    public bool Confirm(string question, string otherwise)
    {
        if (!context.InIsTerminal)
        {
            throw new CliException(ExitCode.Usage, otherwise);
        }

        context.Error.Write($"{question} [y/N] ");
        return context.In.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes";
    }

    public void Dispose() => _node?.Dispose();
}
