using System.Text.Json;

namespace MarketManager.Cli.Wire;

/// <summary>An exchange, as <c>/api/exchanges/{id}/</c> shows it.</summary>
internal sealed record Exchange(
    long Id,
    string Name,
    string Slug,
    string Venue,
    bool Enabled,
    long Interval,
    string? Logo,
    string? Url,
    string? ApiUrl,
    JsonElement Options,
    decimal? Volume,
    string? TopPair,
    decimal? TopPairVolume,
    DateTimeOffset Created,
    DateTimeOffset Updated,
    DateTimeOffset? LastUpdate,
    bool HasCredentials,
    ExchangeStatus Status);

/// <summary>What its runs tell of an exchange.</summary>
internal sealed record ExchangeStatus(
    string State,
    DateTimeOffset? LastRun,
    string? LastRunId,
    DateTimeOffset? TimeStarted,
    DateTimeOffset? NextRun,
    int? Attempt,
    int ConsecutiveFailures,
    RunError? LastError,
    string? Node);

/// <summary>An error of a run.</summary>
internal sealed record RunError(string Kind, string Message, DateTimeOffset At);
