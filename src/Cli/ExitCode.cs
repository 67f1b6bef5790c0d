namespace MarketManager.Cli;

/// <summary>What the command tells the shell; part of the wire contract.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Tried, and failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line, or a value on it, is not valid; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>There is nothing of that name, or no node is running.</summary>
    public const int NotFound = 3;

    /// <summary>Something else is in the way: a taken name, a run that is going, a newer version.</summary>
    public const int Conflict = 4;

    /// <summary>The key is missing, unknown, or may not do this.</summary>
    public const int NotAllowed = 5;

    /// <summary>The node, or what it needs, cannot be reached.</summary>
    public const int Unreachable = 6;

    /// <summary>Interrupted from the keyboard; the shells' own convention, 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
