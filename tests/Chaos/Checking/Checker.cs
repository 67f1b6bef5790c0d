using MarketManager.Actors.Runs;

namespace MarketManager.Chaos.Tests.Checking;

/// <summary>Judges a history. What holds of a cluster holds whatever befell it.</summary>
internal static class Checker
{
    public static IReadOnlyList<Violation> Check(History history)
    {
        var stories = Stories(history);
        return [.. stories.Values.SelectMany(story => story.Violations), .. Rows(history, stories), .. Markets(history, stories),
            .. ClientRules.Check(history, stories), .. Epochs(history.Shards), .. Durations(history), .. Waits(history)];
    }

    private static Dictionary<long, ExchangeStory> Stories(History history)
    {
        Dictionary<long, ExchangeStory> stories = [];
        foreach (var actor in history.Events.GroupBy(e => e.Exchange))
        {
            var story = stories[actor.Key] = new ExchangeStory(actor.Key);
            foreach (var recorded in actor.OrderBy(e => e.Sequence))
            {
                story.Add(recorded);
            }

            story.End(history.IsQuiet);
        }

        return stories;
    }

    /// <summary>What is shown is what happened.</summary>
    private static IEnumerable<Violation> Rows(History history, Dictionary<long, ExchangeStory> stories)
    {
        var runs = stories.Values.SelectMany(story => story.Runs).ToDictionary(run => run.Started.RunId);
        foreach (var row in history.Runs)
        {
            if (!runs.Remove(row.RunId, out var run))
            {
                yield return new("run-row", $"run {row.RunId} of exchange {row.Exchange} is shown, and never began");
            }
            else if (row.Number != run.Started.Number || row.Slot != run.Started.Slot || row.Recovers != run.Started.Recovers
                || !Is(row.Trigger, run.Started.Trigger) || !Is(row.State, run.Outcome ?? RunState.Running))
            {
                yield return new("run-row", $"{row} is shown, {run.Started} happened, with the outcome {run.Outcome}");
            }
        }

        foreach (var run in runs.Values)
        {
            yield return new("run-row", $"run {run.Started.RunId} began, and is not shown");
        }

        var living = stories.Where(story => story.Value.Settings is not null).ToDictionary(story => story.Key, story => story.Value.Settings!);
        foreach (var row in history.Exchanges)
        {
            if (!living.Remove(row.Id, out var settings))
            {
                yield return new("exchange-row", $"exchange {row.Id} is shown, and does not exist");
            }
            else if (row != new ExchangeRow(row.Id, settings.Name, settings.Enabled, settings.Interval, settings.Url))
            {
                yield return new("exchange-row", $"{row} is shown, {settings} was set");
            }
        }

        foreach (var exchange in living.Keys)
        {
            yield return new("exchange-row", $"exchange {exchange} exists, and is not shown");
        }
    }

    /// <summary>Markets are those of the newest run that brought some: none that came late, or from who was replaced, went over it.</summary>
    private static IEnumerable<Violation> Markets(History history, Dictionary<long, ExchangeStory> stories)
    {
        var newest = stories.Values.Where(story => story.Settings is not null).ToDictionary(
            story => story.Exchange, story => story.Runs.Where(run => run.Outcome is RunState.Succeeded).Max(run => (long?)run.Started.Number));
        foreach (var row in history.Markets)
        {
            if (!newest.Remove(row.Exchange, out var number) || number != row.RunNumber)
            {
                yield return new("stale-markets", $"exchange {row.Exchange} shows the markets of run {row.RunNumber}, the newest are those of run {number}");
            }
        }

        foreach (var (exchange, number) in newest.Where(pair => pair.Value is not null))
        {
            yield return new("stale-markets", $"exchange {exchange} shows no markets, the newest are those of run {number}");
        }
    }

    private static IEnumerable<Violation> Epochs(IReadOnlyList<ShardSeen> seen)
    {
        foreach (var shard in seen.GroupBy(look => (look.Role, look.No)))
        {
            foreach (var (before, after) in shard.Zip(shard.Skip(1)))
            {
                if (after.Epoch < before.Epoch)
                {
                    yield return new("epoch-falls", $"{before} became {after}");
                }
                else if (after.Epoch == before.Epoch && after.Owner != before.Owner)
                {
                    yield return new("epoch-stays", $"{before} became {after}");
                }
            }
        }
    }

    private static IEnumerable<Violation> Durations(History history) =>
        from run in history.Running
        where run.For > history.LongestRun
        select new Violation("run-too-long", $"run {run.RunId} of exchange {run.Exchange} was seen going on for {run.For.TotalSeconds:0.0} s");

    private static IEnumerable<Violation> Waits(History history) =>
        from waited in Punctuality.Of(history)
        where waited.For > history.LongestWait
        select waited.What is Awaited.Start
            ? new Violation("started-late", $"exchange {waited.Exchange} was due at {waited.Due:O}, and nothing began for {waited.For.TotalSeconds:0.0} s")
            : new Violation("outcome-late", $"exchange {waited.Exchange} was due at {waited.Due:O}, and had no outcome for {waited.For.TotalSeconds:0.0} s");

    private static bool Is<T>(string shown, T happened)
        where T : struct, Enum => string.Equals(shown, happened.ToString(), StringComparison.OrdinalIgnoreCase);
}
