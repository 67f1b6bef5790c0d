using MarketManager.Actors.Runs;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Actors.Exchanges;

/// <summary>
/// The parent of all exchanges of this node, shard by shard: spawns, supervises and keeps the directory. A failure of its own
/// drops one message and leaves it and its children as they are.
/// </summary>
public sealed partial class ExchangesActor(ExchangeSurroundings around, ExchangeDirectory directory, bool paused)
    : Actor<ExchangesMessage>
{
    // An exchange is not given up: it comes back ever more slowly until its defect is mended. But what a restart would only
    // find again ends it.
    private static readonly SpawnOptions OfExchanges = new()
    {
        RemembersMessages = 16,
        Supervision = new SupervisorStrategy(
            int.MaxValue,
            TimeSpan.FromHours(1),
            new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30)),
            e => e is RunHistoryException ? Directive.Stop : Directive.Restart),
    };

    /// <summary>How it is supervised itself: a restart would end all exchanges for a defect that is not theirs.</summary>
    public static SupervisorStrategy Supervision { get; } = SupervisorStrategy.Default with { Decide = _ => Directive.Resume };

    private static readonly TimeSpan PauseRetry = TimeSpan.FromMilliseconds(100);
    private static readonly object PauseTimer = new();

    // Those in which new exchanges may begin, each with what its actors write through.
    private readonly Dictionary<int, ExchangeSurroundings> _shards = [];

    // Read by an exchange that restarts, too.
    private volatile bool _paused = paused;

    /// <inheritdoc/>
    protected override ValueTask OnMessage(ExchangesMessage message)
    {
        switch (message)
        {
            case ExchangesMessage.OpenShards open:
                OpenShards(open);
                open.Reply.Send(true);
                break;
            case ExchangesMessage.SealShards seal:
                foreach (var shard in seal.Shards)
                {
                    _shards.Remove(shard);
                }

                seal.Reply.Send(true);
                break;
            case ExchangesMessage.Open open:
                open.Reply.Send(FindOrSpawn(open.Id));
                break;
            case ExchangesMessage.SetPaused pause:
                _paused = pause.Paused;
                TellPaused(directory.Actors);
                pause.Reply.Send(true);
                break;
            case ExchangesMessage.TellPausedAgain again:
                TellPaused(again.Exchanges);
                break;
            case ExchangesMessage.Gone gone:
                OnGone(gone);
                break;
        }

        return default;
    }

    // An exchange whose mailbox is full is told a moment later; without the news it would start runs, or none for ever.
    private void TellPaused(IEnumerable<ActorRef<EntityMessage>> exchanges)
    {
        var untold = exchanges.Where(exchange => !exchange.Tell(new RunMessage.SetPaused(_paused)) && !exchange.IsStopped).ToList();
        if (untold.Count > 0)
        {
            Context.Timers.Start(PauseTimer, new ExchangesMessage.TellPausedAgain(untold), PauseRetry);
        }
    }

    private void OpenShards(ExchangesMessage.OpenShards open)
    {
        foreach (var (shard, journal) in open.Journals)
        {
            _shards[shard] = around with { Journal = journal, Epoch = (journal as FencedJournal)?.Fence.Epoch ?? 0 };
        }

        foreach (var (id, reason) in open.Failures)
        {
            directory.Break(id, reason.Message);
        }

        foreach (var (id, state) in open.Recovered)
        {
            if (state.State.Exists)
            {
                Spawn(id, state, _shards[Shard.Of(id)]);
            }
        }

        // Last, so that nobody is told of an exchange that it is not there before it could be found.
        foreach (var (shard, journal) in open.Journals)
        {
            directory.Open(shard, (journal as FencedJournal)?.Fence);
        }
    }

    // The one that is there already was opened by a request that is being repeated.
    private ActorRef<EntityMessage>? FindOrSpawn(long id) =>
        !_shards.TryGetValue(Shard.Of(id), out var shard) ? null
        : directory.Find(id) ?? Spawn(id, new Recovered<ExchangeState>(ExchangeState.Unborn, 0), shard);

    private ActorRef<EntityMessage> Spawn(long id, Recovered<ExchangeState> state, ExchangeSurroundings shard)
    {
        // What was recovered serves the first life only: a later one reads the journal, and the state must not be kept for it.
        Recovered<ExchangeState>? first = state;
        var actor = Context.Spawn(
            $"exchange-{id}", () => new ExchangeActor(id, Interlocked.Exchange(ref first, null), shard, _paused), OfExchanges);
        directory.Add(id, actor);
        Context.Watch(actor, gone => new ExchangesMessage.Gone(id, actor, gone.Reason));
        return actor;
    }

    private void OnGone(ExchangesMessage.Gone gone)
    {
        directory.Remove(gone.Id, gone.Actor);
        if (gone.Reason is FencedException)
        {
            LogMoved(Context.Log, gone.Id, gone.Reason.Message);
        }
        else if (gone.Reason is not null)
        {
            LogBroken(Context.Log, gone.Id, gone.Reason.Message);
            directory.Break(gone.Id, gone.Reason.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Critical, "exchange {Exchange} was stopped for good: {Reason}")]
    private static partial void LogBroken(ILogger log, long exchange, string reason);

    [LoggerMessage(2, LogLevel.Warning, "exchange {Exchange} stops on this node: {Reason}")]
    private static partial void LogMoved(ILogger log, long exchange, string reason);
}
