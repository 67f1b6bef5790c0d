using MarketManager.Actors.Markets;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;

namespace MarketManager.Actors.Gathering;

/// <summary>
/// Asks a venue once for everybody who wants the same: owns the passes that are under way, and for a moment what they
/// brought. A restart loses both; whoever waits is told, and asks again.
/// </summary>
public sealed class MarketFeedsActor(IMarketSource source, Stablecoins stablecoins) : Actor<MarketFeedMessage>
{
    // Longer than the tolerance that an interval start allows; see GatherActor.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(2);

    private readonly Dictionary<MarketFeedKey, Feed> _feeds = [];

    /// <inheritdoc/>
    protected override ValueTask OnMessage(MarketFeedMessage message)
    {
        switch (message)
        {
            case MarketFeedMessage.Gather gather:
                Join(gather);
                break;
            case MarketFeedMessage.Leave leave:
                Part(leave);
                break;
            case MarketFeedMessage.Ended ended:
                Finish(ended);
                break;
            case MarketFeedMessage.Forget forget:
                _feeds.Remove(forget.Key);
                break;
        }

        return default;
    }

    /// <inheritdoc/>
    protected override ValueTask OnStop()
    {
        var stopped = new ActorStoppedException(Context.Self.Path);
        foreach (var feed in _feeds.Values)
        {
            feed.Waiting.ForEach(waiting => waiting.Reply.Fail(stopped));
            feed.Leaving.ForEach(leaving => leaving.Reply.Fail(stopped));
        }

        return default;
    }

    private void Join(MarketFeedMessage.Gather gather)
    {
        if (!_feeds.TryGetValue(gather.Key, out var feed))
        {
            _feeds.Add(gather.Key, feed = new Feed());
        }

        if (!feed.UnderWay && feed.Latest is { } latest && feed.Begun >= gather.FreshSince)
        {
            gather.Reply.Send(latest);
            return;
        }

        feed.Waiting.Add(gather);
        if (!feed.UnderWay)
        {
            Begin(gather.Key, feed);
        }
    }

    private void Part(MarketFeedMessage.Leave leave)
    {
        if (!_feeds.TryGetValue(leave.Key, out var feed)
            || feed.Waiting.RemoveAll(waiting => waiting.Subscriber.Equals(leave.Subscriber)) == 0
            || !feed.BegunFor.Remove(leave.Subscriber)
            || feed.BegunFor.Count > 0)
        {
            leave.Reply.Send(true);
            return;
        }

        // Whoever came later must not keep a pass alive that hangs: they get another one when it is over.
        feed.Leaving.Add(leave);
        feed.Cancel!.Cancel();
    }

    private void Finish(MarketFeedMessage.Ended ended)
    {
        var feed = _feeds[ended.Key];
        var abandoned = feed.Cancel!.IsCancellationRequested;
        feed.Cancel.Dispose();
        feed.Cancel = null;
        feed.Latest = ended.Gathering;
        feed.Leaving.ForEach(leave => leave.Reply.Send(true));
        feed.Leaving.Clear();
        if (abandoned && feed.Waiting.Count > 0)
        {
            // They came after it was begun: the pass that ended was not theirs.
            Begin(ended.Key, feed);
            return;
        }

        foreach (var waiting in feed.Waiting)
        {
            if (ended.Gathering is { } gathering)
            {
                waiting.Reply.Send(gathering);
            }
            else
            {
                waiting.Reply.Fail(ended.Failure!);
            }
        }

        feed.Waiting.Clear();
        Context.Timers.Start(ended.Key, new MarketFeedMessage.Forget(ended.Key), Memory);
    }

    private void Begin(MarketFeedKey key, Feed feed)
    {
        Context.Timers.Cancel(key);
        var cancel = feed.Cancel = CancellationTokenSource.CreateLinkedTokenSource(Context.Stopping);
        feed.Begun = Context.World.Now;
        feed.BegunFor.Clear();
        feed.BegunFor.UnionWith(feed.Waiting.Select(waiting => waiting.Subscriber));
        Context.Pipe(
            async _ => MarketTotals.Of(await source.Gather(key, cancel.Token), stablecoins),
            gathering => new MarketFeedMessage.Ended(key, gathering, null),
            failure => new MarketFeedMessage.Ended(key, null, failure));
    }

    private sealed class Feed
    {
        public List<MarketFeedMessage.Gather> Waiting { get; } = [];

        public HashSet<object> BegunFor { get; } = [];

        public List<MarketFeedMessage.Leave> Leaving { get; } = [];

        public CancellationTokenSource? Cancel { get; set; }

        public DateTimeOffset Begun { get; set; }

        public MarketGathering? Latest { get; set; }

        public bool UnderWay => Cancel is not null;
    }
}
