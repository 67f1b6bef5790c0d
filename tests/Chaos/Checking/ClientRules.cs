namespace MarketManager.Chaos.Tests.Checking;

/// <summary>What clients were told is so: what was acknowledged is there, once; what was refused is not; nobody reads what is past.</summary>
internal static class ClientRules
{
    public static IEnumerable<Violation> Check(History history, IReadOnlyDictionary<long, ExchangeStory> stories)
    {
        var byName = stories.Values.Where(story => story.FirstName is not null).ToLookup(story => story.FirstName!);
        var deletions = history.Operations.OfType<Operation.Deletion>().ToLookup(deletion => deletion.Exchange);
        foreach (var operation in history.Operations)
        {
            var why = operation switch
            {
                Operation.Creation x => Created(x, byName, stories),
                Operation.Change x => Changed(x, stories.GetValueOrDefault(x.Exchange)),
                Operation.Deletion x => Deleted(x, stories.GetValueOrDefault(x.Exchange)),
                Operation.Demand x => Ran(x, stories.GetValueOrDefault(x.Exchange)),
                Operation.Repetition x when x.First != x.Again => new("repetition", $"key {x.Key} was answered {x.First}, then {x.Again}"),
                Operation.Oddity x => new Violation("odd-answer", x.What),
                _ => null,
            };
            if (why is not null)
            {
                yield return why;
            }
        }

        foreach (var (exchange, story) in stories)
        {
            if (story.WasDeleted && deletions[exchange].All(deletion => deletion.Fate is Fate.Refused))
            {
                yield return new("deleted-unasked", $"exchange {exchange} was deleted, and nobody asked for it or was told so");
            }
        }

        foreach (var violation in Readings(history, stories, deletions))
        {
            yield return violation;
        }
    }

    private static Violation? Created(
        Operation.Creation x, ILookup<string, ExchangeStory> byName, IReadOnlyDictionary<long, ExchangeStory> stories)
    {
        var made = byName[x.Name].Count();
        return x.Fate switch
        {
            Fate.Acknowledged when stories.GetValueOrDefault(x.Exchange!.Value)?.FirstName != x.Name =>
                new("creation-lost", $"exchange {x.Exchange} '{x.Name}' was acknowledged, and is not in the journal"),
            Fate.Refused when made > 0 => new("refused-done", $"the creation of '{x.Name}' was refused, and made"),
            _ when made > 1 => new("creation-twice", $"'{x.Name}' was made {made} times"),
            _ => null,
        };
    }

    private static Violation? Changed(Operation.Change x, ExchangeStory? story) => (x.Fate, story?.PlaceOf(x.Mark)) switch
    {
        (Fate.Acknowledged, null) => new("change-lost", $"mark {x.Mark} of exchange {x.Exchange} was acknowledged, and is not in the journal"),
        (Fate.Refused, { } place) => new("refused-done", $"mark {x.Mark} of exchange {x.Exchange} was refused, and written as event {place}"),
        _ => null,
    };

    private static Violation? Deleted(Operation.Deletion x, ExchangeStory? story) =>
        x.Fate is Fate.Acknowledged && story is not { WasDeleted: true }
            ? new("deletion-lost", $"the deletion of exchange {x.Exchange} was acknowledged, and is not in the journal")
            : null;

    // That it has an outcome, and that a crash of it was made up for, is the story's to tell.
    private static Violation? Ran(Operation.Demand x, ExchangeStory? story) =>
        x.Fate is Fate.Acknowledged && story?.Run(x.RunId!.Value) is null
            ? new("run-lost", $"run {x.RunId} of exchange {x.Exchange} was accepted, and is not in the journal")
            : null;

    private static IEnumerable<Violation> Readings(
        History history, IReadOnlyDictionary<long, ExchangeStory> stories, ILookup<long, Operation.Deletion> deletions)
    {
        var changes = history.Operations.OfType<Operation.Change>().Where(change => change.Fate is Fate.Acknowledged)
            .ToLookup(change => change.Exchange);
        foreach (var reading in history.Operations.OfType<Operation.Reading>())
        {
            var story = stories.GetValueOrDefault(reading.Exchange);
            if (reading.Mark is not { } mark)
            {
                if (story is not null && deletions[reading.Exchange].All(deletion => deletion.Began > reading.Ended))
                {
                    yield return new("reading-missed", $"exchange {reading.Exchange} was said not to exist at {reading.Ended}");
                }

                continue;
            }

            var place = story?.PlaceOf(mark);
            var newest = changes[reading.Exchange].Where(change => change.Ended <= reading.Began)
                .Max(change => story?.PlaceOf(change.Mark));
            if (place is null || place < newest)
            {
                yield return new(
                    "stale-reading",
                    $"exchange {reading.Exchange} showed mark {mark} (event {place}) at {reading.Began}, when event {newest} was acknowledged");
            }

            if (deletions[reading.Exchange].Any(deletion => deletion.Fate is Fate.Acknowledged && deletion.Ended <= reading.Began))
            {
                yield return new("stale-reading", $"exchange {reading.Exchange} was shown at {reading.Began}, after its deletion was acknowledged");
            }
        }
    }
}
