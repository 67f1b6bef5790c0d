using MarketManager.Actors.Runs;
using MarketManager.Actors.Text;
using MarketManager.Actors.Venues;

namespace MarketManager.Actors.Exchanges;

/// <summary>What the rules of exchanges depend on outside an exchange.</summary>
/// <param name="Venues">All there are, by id.</param>
/// <param name="AllowPrivateAddresses">Whether options may name addresses inside private networks.</param>
public sealed record ExchangeRules(IReadOnlyDictionary<string, VenueInfo> Venues, bool AllowPrivateAddresses);

/// <summary>Pure decisions about exchanges.</summary>
public static class ExchangeDecisions
{
    /// <summary>Seconds between run starts where the client does not say.</summary>
    public const int DefaultInterval = 60;

    /// <summary>The longest interval: a week.</summary>
    public const int LongestInterval = 604_800;

    /// <summary>Creates an exchange.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="draft">As the client asks for it.</param>
    /// <param name="takenSlugs">Slugs that look like the one to be made.</param>
    /// <param name="rules">See <see cref="ExchangeRules"/>.</param>
    /// <param name="now">The instant.</param>
    public static Decision Create(
        long id, NewExchange draft, IReadOnlyCollection<string> takenSlugs, ExchangeRules rules, DateTimeOffset now)
    {
        var problems = new Problems();
#pragma warning disable CA1308 // ccxt ids are lower case.
        var venue = draft.Venue ?? draft.Name.ToLowerInvariant();
#pragma warning restore CA1308
        rules.Venues.TryGetValue(venue, out var info);
        if (info is null)
        {
            problems.Add("venue", $"unknown venue '{Shorten(venue)}'{VenueHint(Shorten(venue), rules.Venues.Keys)}{(draft.Venue is null ? "; the venue is taken from the name where it is left out" : string.Empty)}");
        }

        var settings = new ExchangeSettings(
            draft.Name,
            draft.Enabled ?? true,
            (int)Math.Clamp(draft.Interval ?? DefaultInterval, 0, int.MaxValue),
            draft.Logo ?? info?.Logo,
            draft.Url ?? info?.Url,
            draft.ApiUrl ?? info?.ApiUrl,
            draft.Options ?? "{}");
        problems.CheckName(draft.Name);
        problems.CheckInterval(draft.Interval ?? DefaultInterval);
        problems.CheckUrl("logo", draft.Logo);
        problems.CheckUrl("url", draft.Url);
        problems.CheckUrl("api_url", draft.ApiUrl);
        problems.CheckOptions(draft.Options, rules);
        if (problems.Rejection is { } rejection)
        {
            return Decision.Reject(rejection);
        }

        var created = new ExchangeEvent.Created(
            id, draft.Tenant, ExchangeNames.FreeSlug(draft.Name, takenSlugs), venue, settings, now);
        return settings.Enabled
            ? Decision.Accept(created, RunDecisions.Enable(RunLife.Unborn, TimeSpan.FromSeconds(settings.Interval), now))
            : Decision.Accept(created);
    }

    /// <summary>Changes an exchange; what stays the same makes no event.</summary>
    public static Decision Change(
        ExchangeState state, ExchangeChange change, long? expectedVersion, ExchangeRules rules, DateTimeOffset now)
    {
        if (CheckVersion(state, expectedVersion) is { } stale)
        {
            return Decision.Reject(stale);
        }

        if (state.Deleting)
        {
            return Decision.Reject(Rejections.BeingDeleted(ExchangeActor.Entity, state.Id));
        }

        rules.Venues.TryGetValue(state.Venue, out var info);
        var old = state.Settings;
        var interval = change.Interval is { Present: true } i ? (i.IsNull ? DefaultInterval : i.Value) : old.Interval;
        var settings = new ExchangeSettings(
            change.Name is { Present: true, Value: { } name } ? name : old.Name,
            change.Enabled is { Present: true } enabled ? enabled.IsNull || enabled.Value : old.Enabled,
            (int)Math.Clamp(interval, 0, int.MaxValue),
            Patched(change.Logo, old.Logo, info?.Logo),
            Patched(change.Url, old.Url, info?.Url),
            Patched(change.ApiUrl, old.ApiUrl, info?.ApiUrl),
            Patched(change.Options, old.Options, "{}")!);

        var problems = new Problems();
        if (change.Name.IsNull)
        {
            problems.Add("name", "name cannot be null: it has no default");
        }
        else if (change.Name.Present)
        {
            problems.CheckName(settings.Name);
        }

        problems.CheckInterval(interval);
        problems.CheckUrl("logo", change.Logo.Value);
        problems.CheckUrl("url", change.Url.Value);
        problems.CheckUrl("api_url", change.ApiUrl.Value);
        problems.CheckOptions(change.Options.Value, rules);
        return problems.Rejection is { } rejection ? Decision.Reject(rejection) : Reconfigure(state, settings, now);
    }

    /// <summary>Deletes an exchange: at once, or, while a run is going, so that the end of the run brings its own. Nothing where
    /// that was decided before.</summary>
    public static Decision Delete(ExchangeState state, long? expectedVersion, DateTimeOffset now) =>
        CheckVersion(state, expectedVersion) is { } stale ? Decision.Reject(stale)
        : state.Deleting ? Decision.Nothing
        : state.Runs.Running is null ? Decision.Accept([.. End(state, now)])
        : Decision.Accept(new ExchangeEvent.DeletionBegun(now));

    /// <summary>The end of an exchange whose run, if one was going, ends with it.</summary>
    public static IReadOnlyList<DomainEvent> End(ExchangeState state, DateTimeOffset now) =>
        state.Runs.Schedule is null
            ? [new ExchangeEvent.Deleted(now)]
            : [RunDecisions.Disable(state.Runs, now), new ExchangeEvent.Deleted(now)];

    // Null where the caller saw the version that is there, or does not care.
    private static Rejection? CheckVersion(ExchangeState state, long? expected) =>
        expected is null || expected == state.Version
            ? null
            : new Rejection(
                RejectionKind.Stale,
                $"exchange {state.Id} has version {state.Version}, not {expected}; read it again and repeat the change on what you see");

    private static Decision Reconfigure(ExchangeState state, ExchangeSettings settings, DateTimeOffset now)
    {
        var (old, runs) = (state.Settings, state.Runs);
        if (settings == old)
        {
            return runs.Stretch == 0 ? Decision.Nothing : Decision.Accept(new RunEvent.StretchEnded(now));
        }

        var configured = new ExchangeEvent.Configured(settings, now);
        var interval = TimeSpan.FromSeconds(settings.Interval);
        return (old.Enabled, settings.Enabled) switch
        {
            (false, true) => Decision.Accept(configured, RunDecisions.Enable(runs, interval, now)),
            (true, false) => Decision.Accept(configured, RunDecisions.Disable(runs, now)),
            (true, true) when settings.Interval != old.Interval =>
                Decision.Accept(configured, RunDecisions.ChangeInterval(runs, interval, now)),
            _ => Decision.Accept(configured),
        };
    }

    private static string? Patched(Patch<string> patch, string? old, string? @default) =>
        !patch.Present ? old : patch.IsNull ? @default : patch.Value;

    // All of them would be too many to tell.
    private static string VenueHint(string venue, IEnumerable<string> venues) =>
        Nearest.Hint(venue, venues) is { Length: > 0 } hint ? hint : "; GET /api/venues/ lists all";

    private static string Shorten(string text) => text.Length <= 64 ? text : string.Concat(text.AsSpan(0, 64), "…");

    /// <summary>Collects what is wrong, by field.</summary>
    private sealed class Problems
    {
        private readonly Dictionary<string, IReadOnlyList<string>> _errors = [];

        public Rejection? Rejection => _errors.Count == 0
            ? null
            : new Rejection(RejectionKind.Invalid, string.Join("; ", _errors.Values.SelectMany(m => m)), _errors);

        public void Add(string field, params IReadOnlyList<string> messages) => _errors[field] = messages;

        public void CheckName(string name)
        {
            if (ExchangeNames.Problem(name) is { } problem)
            {
                Add("name", problem);
            }
        }

        public void CheckInterval(long interval)
        {
            if (interval is < 1 or > LongestInterval)
            {
                Add("interval", $"interval is {interval}; allowed are whole seconds from 1 to {LongestInterval} (a week)");
            }
        }

        public void CheckUrl(string field, string? url)
        {
            if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" && url.Length <= 2048
                && !url.Any(char.IsControl)))
            {
                Add(field, $"{field} '{Shorten(url)}' is not an absolute http or https URL of at most 2048 characters, without control characters");
            }
        }

        public void CheckOptions(string? options, ExchangeRules rules)
        {
            if (options is not null && ExchangeOptions.Parse(options, rules.AllowPrivateAddresses) is (null, var messages))
            {
                Add("options", messages);
            }
        }
    }
}
