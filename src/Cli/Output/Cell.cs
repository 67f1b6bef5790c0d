namespace MarketManager.Cli.Output;

/// <summary>How a cell is to stand out on a terminal.</summary>
internal enum Tone
{
    Plain,
    Good,
    Busy,
    Warning,
    Bad,
    Faint,
}

/// <summary>One field of a table.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string? text) => new(text is { Length: > 0 } ? text : Format.None);

    /// <summary>A state of an exchange, a run, a node or a worker, in its colour.</summary>
    public static Cell State(string state) => new(state, state switch
    {
        "idle" or "succeeded" or "ready" or "up" or "ok" or "owned" => Tone.Good,
        "running" or "starting" or "handling" => Tone.Busy,
        "stale" or "degraded" or "draining" or "paused" or "leaving" or "free" or "moving" or "restarting" => Tone.Warning,
        "failing" or "failed" or "crashed" or "hung" or "suspended" or "unreachable" or "broken" => Tone.Bad,
        "disabled" or "cancelled" or "stopped" or "revoked" or "drained" or "stopping" => Tone.Faint,
        _ => Tone.Plain,
    });
}
