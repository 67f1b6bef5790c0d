using System.CommandLine;
using System.CommandLine.Parsing;
using MarketManager.Actors.Text;

namespace MarketManager.Cli;

/// <summary>Says what is wrong with a command line, and what was probably meant.</summary>
internal static class UsageErrors
{
    public static CliException Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var ofOptions = parsed.Errors.Where(error => error.SymbolResult is OptionResult).ToList();
        string[] lines = (ofOptions.Count, parsed.UnmatchedTokens) switch
        {
            ( > 0, _) => [.. ofOptions.Select(error => Message(error, command)).Distinct()],
            (_, [var first, ..]) => [Unmatched(command, first)],
            _ => [.. parsed.Errors.Select(error => Message(error, command)).Distinct()],
        };
        return new CliException(ExitCode.Usage, lines[0], [.. lines[1..], $"see '{Spelled(parsed.CommandResult)} --help'"]);
    }

    // What follows an unknown word is unmatched as well, and what it should have been is then missing: one mistake, one line.
    private static string Unmatched(Command command, string token)
    {
        if (token.StartsWith('-'))
        {
            var options = OptionsOf(command).ToList();
            return options.Contains(token) || command.Subcommands.Any(sub => OptionsOf(sub).Contains(token))
                ? $"option '{token}' goes behind the command"
                : $"unknown option '{token}'{Nearest.Hint(token, options)}";
        }

        if (command.Subcommands.Count == 0)
        {
            return $"unexpected argument '{token}'";
        }

        var names = command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name).ToList();
        var hint = Nearest.Hint(token, names);
        return hint.Length > 0 ? $"unknown command '{token}'{hint}" : $"unknown command '{token}'; there are {string.Join(", ", names)}";
    }

    private static string Message(ParseError error, Command command) => error.SymbolResult switch
    {
        OptionResult { Tokens: [var value, ..] } option when error.Message.StartsWith("Cannot parse", StringComparison.Ordinal) =>
            $"{option.Option.Name} takes {Kind(option.Option.ValueType)}, not '{value.Value}'",
        OptionResult { Implicit: true } option => $"'{command.Name}' needs {option.Option.Name} {option.Option.HelpName}",
        OptionResult { Tokens.Count: 0 } option => $"{option.Option.Name} needs a value",
        ArgumentResult { Tokens.Count: 0 } argument when argument.Parent is CommandResult =>
            $"'{command.Name}' needs <{argument.Argument.Name}>",
        CommandResult when error.Message.StartsWith("Required command", StringComparison.Ordinal) =>
            $"'{command.Name}' needs a command: {string.Join(", ", command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name))}",
        _ => error.Message,
    };

    private static string Kind(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(int) || t == typeof(long) => "a whole number",
        var t when t == typeof(decimal) => "a number",
        var t when t == typeof(bool) => "true or false",
        _ => "another kind of value",
    };

    private static IEnumerable<string> OptionsOf(Command command)
    {
        for (Symbol? at = command; at is not null; at = at.Parents.FirstOrDefault())
        {
            if (at is Command current)
            {
                foreach (var option in current.Options.Where(option => !option.Hidden && (current == command || option.Recursive)))
                {
                    yield return option.Name;
                    foreach (var alias in option.Aliases)
                    {
                        yield return alias;
                    }
                }
            }
        }
    }

    private static string Spelled(CommandResult result) => result.Parent is CommandResult parent
        ? $"{Spelled(parent)} {result.Command.Name}"
        : "marketmanager";
}
