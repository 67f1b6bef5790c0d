namespace MarketManager.Cli;

/// <summary>Ends a command with a message for a person and an exit code; never shown with a stack trace.</summary>
public sealed class CliException : Exception
{
    /// <summary>Creates the end of a command.</summary>
    /// <param name="exitCode">One of <see cref="Cli.ExitCode"/>.</param>
    /// <param name="message">What was wrong and what to do, without a trailing newline.</param>
    /// <param name="details">Further lines, shown indented below; such as one for each rejected field.</param>
    public CliException(int exitCode, string message, IReadOnlyList<string>? details = null)
        : base(message)
    {
        ExitCode = exitCode;
        Details = details ?? [];
    }

    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; }

    /// <summary>Further lines, shown indented below the message.</summary>
    public IReadOnlyList<string> Details { get; }
}
