using MarketManager.Kernel;

namespace MarketManager.Cli;

/// <summary>Everything a command touches outside itself, so that tests run commands in their own process.</summary>
public sealed record CliContext
{
    /// <summary>Where data goes.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Where everything else goes: progress, questions, errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Where answers to questions, and files named <c>-</c>, are read from.</summary>
    public required TextReader In { get; init; }

    /// <summary>Looks up an environment variable; null where it is not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The data folder where the command line names none: the settings', whatever their source.</summary>
    public required Func<string> DataFolder { get; init; }

    /// <summary>Time and ids.</summary>
    public required World World { get; init; }

    /// <summary>Columns that a table may take on <see cref="Out"/>; null where nobody looks (a pipe, a file): no limit.</summary>
    public int? Width { get; init; }

    /// <summary>Whether <see cref="Out"/> is a terminal: states are coloured, unless NO_COLOR is set.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal: progress moves.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether somebody sits at <see cref="In"/> who can answer a question.</summary>
    public bool InIsTerminal { get; init; }

    /// <summary>Handles API keys while no node runs; null where that is not offered.</summary>
    public IOfflineKeys? OfflineKeys { get; init; }

    /// <summary>Whether colours are wanted on <see cref="Out"/>. See https://no-color.org.</summary>
    public bool Colours => OutIsTerminal && string.IsNullOrEmpty(Environment("NO_COLOR")) && Environment("TERM") != "dumb";

    /// <summary>The context of a real process.</summary>
    public static CliContext OfProcess(World world, Func<string> dataFolder, IOfflineKeys? offlineKeys) => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        Environment = System.Environment.GetEnvironmentVariable,
        DataFolder = dataFolder,
        World = world,
        Width = Console.IsOutputRedirected ? null : Math.Max(40, Console.WindowWidth),
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        InIsTerminal = !Console.IsInputRedirected,
        OfflineKeys = offlineKeys,
    };
}
