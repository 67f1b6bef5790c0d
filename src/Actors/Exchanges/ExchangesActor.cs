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
    // An exchange is never given up: it comes back ever more slowly until its defect is mended.
    private static readonly SpawnOptions OfExchanges = new()
    {
        Supervision = new SupervisorStrategy(
            int.MaxValue,
            TimeSpan.FromHours(1),
            new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30)),
            _ => Directive.Restart),
    };

    /// <summary>How it is supervised itself: a restart would end all exchanges for a defect that is not theirs.</summary>
    public static SupervisorStrategy Supervision { get; } = SupervisorStrategy.Default with { Decide = _ => Directive.Resume };

    // Read by an exchange that restarts, too.
    private volatile bool _paused = paused;

    /// <inheritdoc/>
    protected override ValueTask OnStart()
    {
        foreach (var (id, state) in recovered)
        {
            if (state.State.Exists)
            {
                Spawn(id, state);
            }
        }

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
                foreach (var exchange in directory.Actors)
                {
                    exchange.Tell(new Runs.RunMessage.SetPaused(_paused));
                }

                pause.Reply.Send(true);
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

    private ActorRef<EntityMessage> Spawn(long id, Recovered<ExchangeState> state)
    {
        var actor = Context.Spawn($"exchange-{id}", () => new ExchangeActor(id, state, around, _paused), OfExchanges);
        directory.Add(id, actor);
        Context.Watch(actor, gone => new ExchangesMessage.Gone(id, gone.Reason));
        return actor;
    }

    [LoggerMessage(1, LogLevel.Critical, "exchange {Exchange} was stopped for good: {Reason}")]
    private static partial void LogBroken(ILogger log, long exchange, string reason);
}
