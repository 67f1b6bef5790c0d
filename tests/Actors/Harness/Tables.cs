using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Kernel;

namespace MarketManager.Actors.Tests.Harness;

/// <summary>The read models in memory, with the rules that a store enforces. A commit applies whole, or not at all.</summary>
internal sealed class Tables
{
    public SortedDictionary<long, ExchangeView> Exchanges { get; } = [];

    public Dictionary<Guid, RunView> Runs { get; } = [];

    public Dictionary<long, MarketsReplaced> Markets { get; } = [];

    public Dictionary<(string Caller, string Route, string Key), AnswerKept> Answers { get; } = [];

    /// <summary>Applies the rows of a write; where one breaks a rule, says which and applies none.</summary>
    public Exception? Commit(JournalWrite write)
    {
        foreach (var row in write.Rows)
        {
            if (BrokenBy(row) is { } rule)
            {
                return new RowConflictException(rule);
            }
        }

        foreach (var row in write.Rows)
        {
            Apply(row);
        }

        return null;
    }

    private string? BrokenBy(object row) => row switch
    {
        ExchangeInserted x => BrokenBy(x.View),
        ExchangeUpdated x => BrokenBy(x.View),
        RunOpened x => BrokenBy(x.Run),
        RunClosed { Run: var run } => Runs.TryGetValue(run.RunId, out var open) && open.State is RunState.Running ? null : "run_closed",
        AnswerKept { Key: var key, At: var at } =>
            Answers.TryGetValue((key.Caller, key.Route, key.Key), out var kept) && kept.At >= at - OnceByKey.KeptFor
                ? "idempotency"
                : null,
        ExchangeRemoved or MarketsReplaced => null,
        _ => throw new ArgumentException($"the store knows no row {row}"),
    };

    private string? BrokenBy(RunView run)
    {
        var others = Runs.Values.Where(other => other.Exchange == run.Exchange).ToList();
        return others.Any(other => other.State is RunState.Running) ? "run_running"
            : run.Slot is not null && others.Any(other => (other.Generation, other.Slot) == (run.Generation, run.Slot)) ? "run_slot"
            : run.Recovers is not null && others.Any(other => other.Recovers == run.Recovers) ? "run_recovers"
            : null;
    }

    private string? BrokenBy(ExchangeView view)
    {
        foreach (var other in Exchanges.Values.Where(other => other.Id != view.Id && other.Tenant == view.Tenant))
        {
            if (string.Equals(other.Name, view.Name, StringComparison.OrdinalIgnoreCase))
            {
                return "exchange_name";
            }

            if (other.Slug == view.Slug)
            {
                return "exchange_slug";
            }
        }

        return null;
    }

    private void Apply(object row)
    {
        switch (row)
        {
            case ExchangeInserted x:
                Exchanges.Add(x.View.Id, x.View);
                break;
            case ExchangeUpdated x:
                Exchanges[x.View.Id] = x.View;
                break;
            case ExchangeRemoved x:
                Exchanges.Remove(x.Id);
                Markets.Remove(x.Id);
                break;
            case RunOpened x:
                Runs.Add(x.Run.RunId, x.Run);
                break;
            case RunClosed x:
                Runs[x.Run.RunId] = x.Run;
                break;
            case MarketsReplaced x:
                Markets[x.Exchange] = x;
                break;
            case AnswerKept x:
                Answers[(x.Key.Caller, x.Key.Route, x.Key.Key)] = x;
                break;
        }
    }
}
