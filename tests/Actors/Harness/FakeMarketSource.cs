using MarketManager.Actors.Venues;

namespace MarketManager.Actors.Tests.Harness;

/// <summary>A way to venues whose passes do what a test wrote down; by default they succeed at once.</summary>
internal sealed class FakeMarketSource : IMarketSource
{
    private readonly Queue<Action<FakePass>> _script = new();
    private readonly List<FakePass> _passes = [];

    /// <summary>All passes that were begun, in order.</summary>
    public IReadOnlyList<FakePass> Passes => _passes;

    /// <summary>What passes do for which nothing was written down.</summary>
    public Action<FakePass> Otherwise { get; set; } = pass => pass.Succeed();

    /// <summary>Writes down what the next pass does that has nothing to do yet.</summary>
    public FakeMarketSource Then(Action<FakePass> pass)
    {
        _script.Enqueue(pass);
        return this;
    }

    /// <summary>The next pass fails.</summary>
    public FakeMarketSource ThenFail(string kind, TimeSpan? retryAfter = null) =>
        Then(pass => pass.Fail(kind, retryAfter: retryAfter));

    /// <summary>The next pass goes on until the test ends it, or its run is cut short.</summary>
    public FakeMarketSource ThenHang() => Then(_ => { });

    public Task<VenueMarkets> Gather(MarketFeedKey feed, CancellationToken cancellationToken)
    {
        var pass = new FakePass(feed, cancellationToken);
        _passes.Add(pass);
        (_script.TryDequeue(out var next) ? next : Otherwise)(pass);
        return pass.Task;
    }
}

/// <summary>One gathering pass, in the hands of a test.</summary>
internal sealed class FakePass
{
    /// <summary>Two markets, 3,000 USD in 24 h.</summary>
    public static readonly VenueMarkets Markets = new(
        [Market("BTC", "USD"), Market("ETH", "BTC")],
        [new("BTC/USD", 100m, 99m, 101m, 10m, 1000m, null, null), new("ETH/BTC", 0.05m, null, null, 400m, 20m, null, null)],
        0);

    private readonly TaskCompletionSource<VenueMarkets> _outcome = new();

    public FakePass(MarketFeedKey feed, CancellationToken cancellation)
    {
        Feed = feed;
        cancellation.Register(() =>
        {
            IsCancelled = true;
            if (!ConfirmsLate)
            {
                ConfirmCancel();
            }
        });
    }

    public MarketFeedKey Feed { get; }

    public Task<VenueMarkets> Task => _outcome.Task;

    public bool IsCancelled { get; private set; }

    /// <summary>True: being cancelled does not end it, <see cref="ConfirmCancel"/> does.</summary>
    public bool ConfirmsLate { get; set; }

    public bool IsOver => _outcome.Task.IsCompleted;

    public void Succeed() => _outcome.TrySetResult(Markets);

    public void Fail(string kind, string message = "the venue of the test failed", TimeSpan? retryAfter = null) =>
        Crash(new VenueException(kind, message, retryAfter));

    public void Crash(Exception e) => _outcome.TrySetException(e);

    public void ConfirmCancel() => _outcome.TrySetCanceled();

    private static VenueMarket Market(string @base, string quote) =>
        new($"{@base}/{quote}", "spot", @base, quote, null, true, false, null, false);
}
