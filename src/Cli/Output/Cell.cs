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
        "idle" or "succeeded" or "ready" or "up" or "ok" => Tone.Good,
        "running" or "starting" => Tone.Busy,
        "stale" or "degraded" or "draining" or "paused" => Tone.Warning,
        "failing" or "failed" or "crashed" or "hung" => Tone.Bad,
        "disabled" or "cancelled" or "stopped" or "revoked" => Tone.Faint,
        _ => Tone.Plain,
    });
}
