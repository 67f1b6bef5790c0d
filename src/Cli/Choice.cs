using System.CommandLine.Parsing;
using MarketManager.Actors.Text;

namespace MarketManager.Cli;

/// <summary>An option that takes one word of a few, and says which when it is given another.</summary>
internal static class Choice
{
    /// <summary>Adds an error to the option unless all its values are among those allowed.</summary>
    public static void Check(OptionResult result, string option, IReadOnlyCollection<string> allowed)
    {
        foreach (var token in result.Tokens)
        {
            if (!allowed.Contains(token.Value))
            {
                result.AddError(Message(option, token.Value, allowed));
            }
        }
    }

    private static string Message(string option, string value, IReadOnlyCollection<string> allowed) =>
        $"{option} is one of {string.Join(", ", allowed)}, not '{value}'{Nearest.Hint(value, allowed)}";
}
