using MarketManager.Actors.Runs;

namespace MarketManager.Actors.Exchanges;

/// <summary>The state that an exchange shows; the first that holds, in this order.</summary>
public enum ExchangeCondition
{
    /// <summary>A run is going.</summary>
    Running,

    /// <summary>Its timer is off.</summary>
    Disabled,

    /// <summary>The last run ended stale.</summary>
    Stale,

    /// <summary>Three or more runs in a row did not succeed.</summary>
    Failing,

    /// <summary>Waiting for the next start.</summary>
    Idle,
}

/// <summary>What the runs of an exchange tell about it now.</summary>
/// <param name="State">See <see cref="ExchangeCondition"/>.</param>
/// <param name="LastRun">The start of the newest run; null before the first.</param>
/// <param name="LastRunId">The newest run; null before the first.</param>
/// <param name="TimeStarted">The start of the run that is going; else null.</param>
/// <param name="NextRun">The next due time; null while disabled or being deleted.</param>
/// <param name="Attempt">The attempt of the run that is going, from 1; else null.</param>
/// <param name="ConsecutiveFailures">Runs in a row that did not succeed.</param>
/// <param name="LastError">Stays after a success until the next error; null before the first.</param>
/// <param name="Node">The node that owns the exchange.</param>
public sealed record ExchangeStatus(
    ExchangeCondition State,
    DateTimeOffset? LastRun,
    Guid? LastRunId,
    DateTimeOffset? TimeStarted,
    DateTimeOffset? NextRun,
    int? Attempt,
    int ConsecutiveFailures,
    RunError? LastError,
    string Node);

/// <summary>An exchange as it is kept in the read model and shown.</summary>
/// <param name="Id">Never reused.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Name">As the client wrote it.</param>
/// <param name="Slug">Made from the first name; stays.</param>
/// <param name="Venue">The venue's id.</param>
/// <param name="Enabled">Whether the timer is on.</param>
/// <param name="Interval">Seconds between run starts.</param>
/// <param name="Logo">Absolute URL, or null where neither client nor ccxt gave one.</param>
/// <param name="Url">Absolute URL, or null.</param>
/// <param name="ApiUrl">Absolute URL, or null.</param>
/// <param name="Options">A JSON object, as text.</param>
/// <param name="Volume">24 h volume of all its markets, USD; null until a run could tell.</param>
/// <param name="TopPair">Name of the market with the largest 24 h volume in USD; null until a run could tell.</param>
/// <param name="TopPairVolume">That market's volume in its pricing currency.</param>
/// <param name="Created">When it was created.</param>
/// <param name="Updated">When a client last changed it.</param>
/// <param name="LastUpdate">When a run last succeeded; null before.</param>
/// <param name="HasCredentials">Whether keys are stored for it.</param>
/// <param name="Status">What its runs tell.</param>
/// <param name="Version">Rises with clients' changes.</param>
/// <param name="Revision">Rises with anything shown.</param>
public sealed record ExchangeView(
    long Id,
    string Tenant,
    string Name,
    string Slug,
    string Venue,
    bool Enabled,
    int Interval,
    string? Logo,
    string? Url,
    string? ApiUrl,
    string Options,
    decimal? Volume,
    string? TopPair,
    decimal? TopPairVolume,
    DateTimeOffset Created,
    DateTimeOffset Updated,
    DateTimeOffset? LastUpdate,
    bool HasCredentials,
    ExchangeStatus Status,
    long Version,
    long Revision);
