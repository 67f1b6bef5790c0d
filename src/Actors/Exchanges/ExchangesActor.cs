using MarketManager.Actors.Runs;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Actors.Exchanges;

/// <summary>
/// The parent of all exchanges of this node: spawns, supervises and keeps the directory. A failure of its own drops one
/// message and leaves it and its children as they are.
/// </summary>
public sealed partial class ExchangesActor(
    IReadOnlyDictionary<long, Recovered<ExchangeState>> recovered,
    ExchangeSurroundings around,
    ExchangeDirectory directory,
    bool paused) : Actor<ExchangesMessage>
{
    // An exchange is not given up: it comes back ever more slowly until its defect is mended. But what a restart would only
    // find again ends it.
    private static readonly SpawnOptions OfExchanges = new()
    {
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

    private IReadOnlyDictionary<long, Recovered<ExchangeState>> _recovered = recovered;

    // Read by an exchange that restarts, too.
    private volatile bool _paused = paused;

    /// <inheritdoc/>
    protected override ValueTask OnStart()
    {
        foreach (var (id, state) in _recovered)
        {
            if (state.State.Exists)
            {
                Spawn(id, state);
            }
        }

        _recovered = new Dictionary<long, Recovered<ExchangeState>>();
        return default;
    }

    /// <inheritdoc/>
    protected override ValueTask OnMessage(ExchangesMessage message)
    {
        switch (message)
        {
            case ExchangesMessage.Open open:
                open.Reply.Send(Spawn(open.Id, new Recovered<ExchangeState>(ExchangeState.Unborn, 0)));
                break;
            case ExchangesMessage.SetPaused pause:
                _paused = pause.Paused;
                TellPaused(directory.Actors);
                pause.Reply.Send(true);
                break;
            case ExchangesMessage.TellPausedAgain again:
                TellPaused(again.Exchanges);
                break;
            case ExchangesMessage.Gone { Reason: null } gone:
                directory.Remove(gone.Id);
                break;
            case ExchangesMessage.Gone gone:
                LogBroken(Context.Log, gone.Id, gone.Reason.Message);
                directory.Break(gone.Id, gone.Reason.Message);
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

    private ActorRef<EntityMessage> Spawn(long id, Recovered<ExchangeState> state)
    {
        // What was recovered serves the first life only: a later one reads the journal, and the state must not be kept for it.
        Recovered<ExchangeState>? first = state;
        var actor = Context.Spawn(
            $"exchange-{id}", () => new ExchangeActor(id, Interlocked.Exchange(ref first, null), around, _paused), OfExchanges);
        directory.Add(id, actor);
        Context.Watch(actor, gone => new ExchangesMessage.Gone(id, gone.Reason));
        return actor;
    }

    [LoggerMessage(1, LogLevel.Critical, "exchange {Exchange} was stopped for good: {Reason}")]
    private static partial void LogBroken(ILogger log, long exchange, string reason);
}
