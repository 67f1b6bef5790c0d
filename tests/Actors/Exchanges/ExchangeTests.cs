using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Harness;
using Xunit;

namespace MarketManager.Actors.Tests.Exchanges;

/// <summary>A node for each test; afterwards its store must be of a piece, whatever the test did.</summary>
public abstract class ExchangeTests : IDisposable
{
    private protected TestNode Node { get; } = new();

    private protected FakeStore Store => Node.Store;

    private protected FakeMarketSource Source => Node.Source;

    public void Dispose()
    {
        StoreCheck.Check(Store);
        GC.SuppressFinalize(this);
    }

    private protected static NewExchange Draft(
        string name = "binance", long interval = 60, string? venue = "binance", bool enabled = true, string? options = null) =>
        new(Tenant.Default, name, venue, enabled, interval, Options: options);

    /// <summary>Creates an exchange; its first run is due but has not begun.</summary>
    private protected long Create(
        string name = "binance", long interval = 60, string? venue = "binance", bool enabled = true, string? options = null) =>
        Accepted(Node.Call(x => x.Create(Draft(name, interval, venue, enabled, options), null, default))).Id;

    /// <summary>Creates an exchange whose first run is going on in a pass that hangs.</summary>
    private protected (long Id, FakePass Pass) CreateRunning(long interval = 60, string? options = null)
    {
        Source.ThenHang();
        var id = Create(interval: interval, options: options);
        Node.Advance(0.1);
        Assert.Equal(ExchangeCondition.Running, Get(id).Status.State);
        return (id, Source.Passes[^1]);
    }

    private protected ExchangeView Get(long id) => Accepted(Node.Call(x => x.Get(id, default)));

    private protected Answer<ExchangeView> Change(long id, ExchangeChange change, long? version = null) =>
        Node.Call(x => x.Change(id, change, version, default));

    private protected Answer<ExchangeView> Delete(long id, long? version = null) => Node.Call(x => x.Delete(id, version, default));

    /// <summary>Begins to delete an exchange whose run does not end yet: its pass is to confirm late.</summary>
    private protected Task<Answer<ExchangeView>> BeginDelete(long id)
    {
        var answer = Node.Send(x => x.Delete(id, null, default));
        Node.Run();
        Assert.False(answer.IsCompleted);
        return answer;
    }

    /// <summary>Nobody can ask it anything any more.</summary>
    private protected void AssertGone(long id)
    {
        Assert.Equal(RejectionKind.NotFound, Rejected(Node.Call(x => x.Get(id, default))));
        Assert.Equal(RejectionKind.NotFound, Rejected(Change(id, new(Enabled: Patch.To(true)))));
        Assert.Equal(RejectionKind.NotFound, Rejected(RunNow(id)));
        Assert.Equal(RejectionKind.NotFound, Rejected(Delete(id)));
        Assert.False(Store.Tables.Exchanges.ContainsKey(id));
    }

    private protected Answer<RunView> RunNow(long id, IdempotencyKey? key = null) => Node.Call(x => x.Run(id, key, default));

    private protected RunView LastRun(long id) => Store.RunsOf(id)[^1];

    private protected static T Accepted<T>(Answer<T> answer)
        where T : class
    {
        Assert.Null(answer.Why);
        return answer.Value!;
    }

    private protected static RejectionKind Rejected<T>(Answer<T> answer)
        where T : class
    {
        Assert.Null(answer.Value);
        return answer.Why!.Kind;
    }
}
