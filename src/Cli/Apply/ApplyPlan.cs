using System.Text.Json;
using MarketManager.Actors.Text;
using MarketManager.Cli.Exchanges;

namespace MarketManager.Cli.Apply;

/// <summary>What has to happen for the exchanges to be as a file wants them. Pure: nothing is asked and nothing is done.</summary>
/// <param name="Steps">In the order of the file, deletions last.</param>
/// <param name="Problems">Why the file cannot be applied; nothing may be done unless empty.</param>
internal sealed record ApplyPlan(IReadOnlyList<ApplyStep> Steps, IReadOnlyList<string> Problems)
{
    /// <summary>True where everything is as it should be.</summary>
    public bool IsEmpty => Steps.All(step => step is ApplyStep.Unchanged);

    /// <summary>Compares what is wanted with what is.</summary>
    /// <param name="desired">Names are unique without regard to case.</param>
    /// <param name="current">All exchanges, as the API shows them.</param>
    /// <param name="venues">The venues there are.</param>
    /// <param name="prune">Whether exchanges that the file does not name are to go.</param>
    public static ApplyPlan Make(
        IReadOnlyList<DesiredExchange> desired, IReadOnlyList<JsonElement> current, VenueDefaults venues, bool prune)
    {
        var byName = current.ToDictionary(exchange => NameOf(exchange), StringComparer.OrdinalIgnoreCase);
        var problems = new List<string>();
        var steps = new List<ApplyStep>();
        foreach (var wanted in desired)
        {
            steps.Add(byName.Remove(wanted.Name, out var existing)
                ? Compare(wanted, existing, venues, problems)
                : Create(wanted, venues, problems));
        }

        if (prune)
        {
            steps.AddRange(byName.Values.Select(extra => new ApplyStep.Delete(NameOf(extra), IdOf(extra))).OrderBy(step => step.Id));
        }

        return new ApplyPlan(steps, problems);
    }

    /// <summary>The step for an exchange that is there.</summary>
    public static ApplyStep Compare(DesiredExchange wanted, JsonElement existing, VenueDefaults venues, ICollection<string> problems)
    {
        var venue = existing.GetProperty("venue").GetString()!;
        var changes = new List<FieldChange>();
        foreach (var (field, value, asked) in Resolve(wanted, venue, venues))
        {
            var old = existing.GetProperty(field);
            if (JsonElement.DeepEquals(old, value))
            {
                continue;
            }

            if (field == "venue")
            {
                problems.Add($"{wanted.Name}: its venue is '{venue}' and cannot be changed to '{value}'; remove it first");
            }

            changes.Add(new FieldChange(field, old, value, asked));
        }

        return changes.Count == 0
            ? new ApplyStep.Unchanged(NameOf(existing), IdOf(existing))
            : new ApplyStep.Change(NameOf(existing), IdOf(existing), changes);
    }

    private static ApplyStep.Create Create(DesiredExchange wanted, VenueDefaults venues, List<string> problems)
    {
        var venue = wanted.Fields.TryGetValue("venue", out var named) ? named.GetString()! : wanted.Name.ToLowerInvariant();
        if (!venues.Ids.Contains(venue))
        {
            problems.Add($"{wanted.Name}: unknown venue '{venue}'{Nearest.Hint(venue, venues.Ids)}");
        }

        // What is asked to be the default need not be said of a new one.
        var fields = Resolve(wanted, venue, venues)
            .Where(field => field.Asked is not null)
            .Select(field => new FieldChange(field.Field, null, field.Value, field.Asked));
        return new ApplyStep.Create(wanted.Name, [.. fields]);
    }

    // In the one order in which fields are shown, with null read as the default.
    private static IEnumerable<(string Field, JsonElement Value, JsonElement? Asked)> Resolve(
        DesiredExchange wanted, string venue, VenueDefaults venues)
    {
        foreach (var field in ExchangeFields.OfClient)
        {
            if (wanted.Fields.TryGetValue(field, out var value))
            {
                yield return value.ValueKind == JsonValueKind.Null
                    ? (field, venues.Of(venue, field), null)
                    : (field, value, value);
            }
        }
    }

    private static string NameOf(JsonElement exchange) => exchange.GetProperty("name").GetString()!;

    private static long IdOf(JsonElement exchange) => exchange.GetProperty("id").GetInt64();
}
