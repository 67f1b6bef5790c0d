using System.CommandLine;

namespace MarketManager.Cli;

/// <summary>The options that every command takes which talks to a node.</summary>
public sealed class CliOptions
{
    /// <summary>A node's address; without it the command talks to the socket.</summary>
    public Option<string?> Url { get; } = new("--url")
    {
        Description = "Address of a node, such as https://host:8443; the key is read from MARKETMANAGER_KEY or MARKETMANAGER_KEY_FILE",
        HelpName = "URL",
        Recursive = true,
    };

    /// <summary>The data folder, beside which the socket is found.</summary>
    public Option<string?> Data { get; } = new("--data")
    {
        Description = "Data folder of the local node (MARKETMANAGER_DATA) [default: ./data]",
        HelpName = "FOLDER",
        Recursive = true,
    };

    /// <summary>The socket itself, where it is not beside the data.</summary>
    public Option<string?> Socket { get; } = new("--socket")
    {
        Description = "UNIX socket of the local node [default: found by --data]",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary><c>table</c> or <c>json</c>.</summary>
    public Option<string> Output { get; } = MakeOutput();

    internal IEnumerable<Option> All => [Url, Data, Socket, Output];

    private static Option<string> MakeOutput()
    {
        var output = new Option<string>("--output", "-o")
        {
            Description = "How data is written",
            HelpName = "table|json",
            Recursive = true,
            DefaultValueFactory = _ => "table",
        };
        output.Validators.Add(result => Choice.Check(result, "--output", ["table", "json"]));
        output.CompletionSources.Add("table", "json");
        return output;
    }
}
