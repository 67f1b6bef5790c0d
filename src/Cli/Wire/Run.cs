namespace MarketManager.Cli.Wire;

/// <summary>A run, as <c>/api/exchanges/{id}/runs/{run_id}/</c> shows it.</summary>
internal sealed record Run(
    string RunId,
    long Exchange,
    string Trigger,
    DateTimeOffset? Due,
    string State,
    DateTimeOffset Started,
    DateTimeOffset? Ended,
    int Attempts,
    long? Markets,
    long? Tickers,
    long? DurationMs,
    RunError? Error,
    string? Node)
{
    public bool IsRunning => State == "running";

    public bool Succeeded => State == "succeeded";
}

/// <summary>The answer to a demand for a run.</summary>
internal sealed record RunStarted(string RunId, string State, DateTimeOffset Started);
