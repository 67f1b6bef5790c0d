using MarketManager.Actors.Venues;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Venues.Ccxt;

/// <summary>The workers, and which feed lives in which.</summary>
/// <remarks>A new feed goes to the worker with the fewest and stays there; one that nobody asks for in an hour is forgotten.</remarks>
internal sealed class CcxtWorkerPool : IWorkerReport, IAsyncDisposable
{
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly ProcessStarter _starter = new();
    private readonly CcxtWorker[] _workers;
    private readonly Dictionary<FeedSpec, CcxtFeed> _feeds = [];
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private long _sweptAt;

    public CcxtWorkerPool(CcxtOptions options, World world, VenueMeter meter, ILogger logger)
    {
        _time = world.Time;
        _sweptAt = _time.GetTimestamp();
        _workers = [.. Enumerable.Range(1, options.Workers)
            .Select(number => new CcxtWorker(number, options, _starter, world, meter, logger))];
        foreach (var worker in _workers)
        {
            worker.Start();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<WorkerStatus> Workers
    {
        get
        {
            lock (_gate)
            {
                return [.. _workers.Select(worker => worker.Status)];
            }
        }
    }

    /// <summary>A worker for what belongs to no feed; another one with the next number.</summary>
    public CcxtWorker Any(int number) => _workers[number % _workers.Length];

    /// <summary>The feed of a specification.</summary>
    public CcxtFeed Feed(FeedSpec spec)
    {
        lock (_gate)
        {
            Sweep();
            if (!_feeds.TryGetValue(spec, out var feed))
            {
                var worker = _workers.MinBy(candidate => candidate.Feeds)!;
                worker.Feeds++;
                feed = new CcxtFeed(spec, worker);
                _feeds.Add(spec, feed);
            }

            feed.UsedAt = _time.GetTimestamp();
            return feed;
        }
    }

    /// <summary>See <see cref="WorkerProcess.Hurry"/>.</summary>
    public void Hurry() => Array.ForEach(_workers, static worker => worker.Hurry());

    /// <summary>Kills all workers and waits until they are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_workers.Select(worker => worker.DisposeAsync().AsTask()));
        _starter.Dispose();
    }

    private void Sweep()
    {
        if (_time.GetElapsedTime(_sweptAt) < SweepEvery)
        {
            return;
        }

        _sweptAt = _time.GetTimestamp();
        foreach (var feed in _feeds.Values.Where(feed => _time.GetElapsedTime(feed.UsedAt) > ForgottenAfter).ToList())
        {
            _feeds.Remove(feed.Spec);
            feed.Worker.Feeds--;
        }
    }
}
