using System.CommandLine;

namespace MarketManager.Cli.Completion;

/// <summary>The hidden command that the shells' completion calls: what could stand at the end of a command line.</summary>
internal static class CompleteCommand
{
    private static readonly HashSet<string> Noise = ["-?", "-h", "/?", "/h"];

    public static Command Build(CliContext context)
    {
        var line = new Argument<string>("line") { Description = "The command line up to the cursor, the command itself included" };
        var command = new Command("complete", "Show what could come next on a command line") { line };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            foreach (var word in Words(parsed.RootCommandResult.Command, parsed.GetRequiredValue(line)))
            {
                context.Out.WriteLine(word);
            }
        });
        return command;
    }

    /// <summary>The words that begin as the line's last word does.</summary>
    public static IEnumerable<string> Words(Command root, string line)
    {
        // The first word is the program, under whatever name it was called.
        var start = line.TrimStart().IndexOf(' ', StringComparison.Ordinal);
        var rest = start < 0 ? string.Empty : line.TrimStart()[(start + 1)..];
        var prefix = rest[(rest.LastIndexOf(' ') + 1)..];
        return root.Parse(rest).GetCompletions(rest.Length)
            .Select(item => item.InsertText ?? item.Label)
            .Where(word => word.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && !Noise.Contains(word))
            .Where(word => prefix.StartsWith('-') || !word.StartsWith('-'))
            .Distinct();
    }
}
