using MarketManager.Actors.Runs;

namespace MarketManager.Actors.Exchanges;

/// <summary>An exchange, folded from its events.</summary>
/// <param name="Id">0 before it is created.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Slug">Stays when the name changes.</param>
/// <param name="Venue">The venue's id.</param>
/// <param name="Settings">What the client set.</param>
/// <param name="Created">When.</param>
/// <param name="Updated">When a client last changed it.</param>
/// <param name="Version">Rises with clients' changes, from 1.</param>
/// <param name="Totals">What the last successful run brought; null before.</param>
/// <param name="Runs">The life of its runs.</param>
/// <param name="Deleted">True at the end.</param>
/// <param name="Deleting">True once its deletion was decided: all that is still to come is the end. Older snapshots lack it: false.</param>
public sealed record ExchangeState(
    long Id,
    string Tenant,
    string Slug,
    string Venue,
    ExchangeSettings Settings,
    DateTimeOffset Created,
    DateTimeOffset Updated,
    long Version,
    ExchangeTotals? Totals,
    RunLife Runs,
    bool Deleted,
    bool Deleting = false)
{
    /// <summary>Before it is created.</summary>
    public static ExchangeState Unborn { get; } = new(
        0,
        string.Empty,
        string.Empty,
        string.Empty,
        new ExchangeSettings(string.Empty, false, 0, null, null, null, "{}"),
        default,
        default,
        0,
        null,
        RunLife.Unborn,
        false);

    /// <summary>False before it is created and after it was deleted.</summary>
    public bool Exists => Id != 0 && !Deleted;

    /// <summary>The state that is shown: the first that holds.</summary>
    public ExchangeCondition Condition =>
        Runs.Running is not null ? ExchangeCondition.Running
        : !Settings.Enabled ? ExchangeCondition.Disabled
        : Runs.Last?.Outcome is RunState.Stale ? ExchangeCondition.Stale
        : Runs.ConsecutiveFailures >= RunLife.FailuresUntilFailing ? ExchangeCondition.Failing
        : ExchangeCondition.Idle;

    /// <summary>The state after an event.</summary>
    public ExchangeState Apply(DomainEvent e) => e switch
    {
        ExchangeEvent.Created x => this with
        {
            Id = x.Id,
            Tenant = x.Tenant,
            Slug = x.Slug,
            Venue = x.Venue,
            Settings = x.Settings,
            Created = x.At,
            Updated = x.At,
            Version = 1,
        },
        ExchangeEvent.Configured x => this with
        {
            Settings = x.Settings,
            Updated = x.At,
            Version = Version + 1,
            Runs = Runs.Apply(new RunEvent.StretchEnded(x.At)),
        },
        ExchangeEvent.Gathered x => this with { Totals = new ExchangeTotals(x.Volume, x.TopPair, x.TopPairVolume) },
        ExchangeEvent.DeletionBegun => this with { Deleting = true },
        ExchangeEvent.Deleted => this with { Deleted = true },
        RunEvent x => this with { Runs = Runs.Apply(x) },
        _ => throw new Kernel.UnknownEventException(e.GetType().Name, 0),
    };

    /// <summary>The exchange as it is shown.</summary>
    /// <param name="changes">What anybody can see a change of: the events so far, and how often the exchange has changed hands.</param>
    /// <param name="attempt">Of the run that is going, from 1; it changes without an event.</param>
    /// <param name="node">The node that owns the exchange.</param>
    /// <param name="now">The instant.</param>
    public ExchangeView View(long changes, int attempt, string node, DateTimeOffset now)
    {
        var running = Runs.Running;
        return new(
            Id,
            Tenant,
            Settings.Name,
            Slug,
            Venue,
            Settings.Enabled,
            Settings.Interval,
            Settings.Logo,
            Settings.Url,
            Settings.ApiUrl,
            Settings.Options,
            Totals?.Volume,
            Totals?.TopPair,
            Totals?.TopPairVolume,
            Created,
            Updated,
            Runs.LastSuccess,
            HasCredentials: false,
            new ExchangeStatus(
                Condition,
                running?.Started ?? Runs.Last?.Started,
                running?.RunId ?? Runs.Last?.RunId,
                running?.Started,
                Deleting ? null : RunDecisions.NextDue(Runs, now),
                running is null ? null : attempt,
                Runs.ConsecutiveFailures,
                Runs.LastError,
                node),
            Version,
            Revision(changes, running is null ? 0 : attempt));
    }

    // An attempt is no event, yet it is shown: it counts in the low bits, so that the revision rises with it too.
    private static long Revision(long changes, int attempt) => (changes << 8) | (uint)Math.Min(attempt, 255);
}

/// <summary>What the last successful run told of all markets together.</summary>
/// <param name="Volume">24 h, USD; null where nothing could be converted.</param>
/// <param name="TopPair">Null where nothing could be converted.</param>
/// <param name="TopPairVolume">In the pricing currency of the top pair.</param>
public sealed record ExchangeTotals(decimal? Volume, string? TopPair, decimal? TopPairVolume);
