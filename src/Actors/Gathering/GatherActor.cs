using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;

namespace MarketManager.Actors.Gathering;

/// <summary>What a gathering child works on.</summary>
/// <param name="Run">The run it belongs to.</param>
/// <param name="Feed">What to gather.</param>
/// <param name="FreshSince">Markets that a venue was asked for at or after this instant will do.</param>
/// <param name="Deadline">When the run is overdue; a wait that would end later is not begun.</param>
public sealed record GatherOrder(Guid Run, MarketFeedKey Feed, DateTimeOffset FreshSince, DateTimeOffset Deadline);

/// <summary>What is sent to a gathering child; all of it by itself.</summary>
public abstract record GatherMessage
{
    internal sealed record Try : GatherMessage;

    internal sealed record Brought(MarketGathering Gathering) : GatherMessage;

    internal sealed record Failed(Exception Failure) : GatherMessage;
}

/// <summary>
/// The child of one run of an exchange: gathers, and tries again what may pass, three times in all. It ends only when
/// nothing of its request is left at the venue. A restart begins the next attempt.
/// </summary>
public sealed class GatherActor(
    GatherOrder order, RunReport report, ActorRef<EntityMessage> exchange, ActorRef<MarketFeedMessage> feeds) : Actor<GatherMessage>
{
    private static readonly Backoff Backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(30);
    private static readonly object RetryTimer = new();

    private bool _waiting;

    /// <summary>How the child of a run is supervised: a crash costs an attempt.</summary>
    public static SupervisorStrategy Supervision(RunReport report) => new(
        RunReport.MostAttempts,
        TimeSpan.FromDays(1),
        Backoff,
        _ => report.Attempts < RunReport.MostAttempts ? Directive.Restart : Directive.Stop);

    /// <inheritdoc/>
    protected override ValueTask OnStart()
    {
        Try();
        return default;
    }

    /// <inheritdoc/>
    protected override ValueTask OnMessage(GatherMessage message)
    {
        switch (message)
        {
            case GatherMessage.Try:
                Try();
                break;
            case GatherMessage.Brought brought:
                _waiting = false;
                report.Result = brought.Gathering;
                Context.StopSelf();
                break;
            case GatherMessage.Failed { Failure: VenueException failure }:
                _waiting = false;
                OnVenueFailed(failure);
                break;
            case GatherMessage.Failed { Failure: var defect }:
                _waiting = false;
                throw new InvalidOperationException($"gathering {order.Feed.Venue} failed: {defect.Message}", defect);
        }

        return default;
    }

    /// <inheritdoc/>
    protected override async ValueTask OnStop()
    {
        if (_waiting)
        {
            await feeds.Ask<bool>(reply => new MarketFeedMessage.Leave(order.Feed, this, reply), CancelPatience);
        }
    }

    private void Try()
    {
        report.Attempts++;
        exchange.Tell(new RunMessage.AttemptStarted(order.Run, report.Attempts));
        _waiting = true;

        // Asked within the turn, so that no Leave can overtake it.
        var gathering = feeds.Ask<MarketGathering>(
            reply => new MarketFeedMessage.Gather(order.Feed, order.FreshSince, this, reply), Timeout.InfiniteTimeSpan, Context.Stopping);
        var brought = gathering.AsTask();
        Context.Pipe(
            _ => brought,
            gathering => new GatherMessage.Brought(gathering),
            failure => new GatherMessage.Failed(failure));
    }

    private void OnVenueFailed(VenueException failure)
    {
        var wait = Backoff.Before(report.Attempts, Context.World.NextDouble());
        wait = failure.RetryAfter > wait ? failure.RetryAfter.Value : wait;
        if (ErrorKinds.MayPass(failure.Kind) && report.Attempts < RunReport.MostAttempts && Context.World.Now + wait < order.Deadline)
        {
            Context.Timers.Start(RetryTimer, new GatherMessage.Try(), wait);
            return;
        }

        report.Error = RunError.Of(failure.Kind, failure.Message, Context.World.Now);
        Context.StopSelf();
    }
}
