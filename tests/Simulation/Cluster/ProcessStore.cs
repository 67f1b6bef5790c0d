using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Lists;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Cluster.Members;
using MarketManager.Kernel;

namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>The rows as one process reads them.</summary>
internal sealed class ProcessStore(SharedStore store, StoreLink link) : IExchangeReader, IRunReader, IIdempotencyStore, ISettingStore
{
    public ValueTask<IReadOnlyList<string>> SlugsLike(string slug, CancellationToken cancellationToken) =>
        Read(() => store.Data.SlugsLike(slug, CancellationToken.None));

    public ValueTask<long> NextId(CancellationToken cancellationToken) => Read(() => store.Data.NextId(CancellationToken.None));

    public ValueTask<RunView?> Find(long exchange, Guid runId, CancellationToken cancellationToken) =>
        Read(() => store.Data.Find(exchange, runId, CancellationToken.None));

    public ValueTask<bool> Any(long exchange, CancellationToken cancellationToken) =>
        Read(() => store.Data.Any(exchange, CancellationToken.None));

    public ValueTask<AnswerKept?> Find(IdempotencyKey key, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        Read(() => store.Data.Find(key, notBefore, CancellationToken.None));

    public ValueTask<string?> Read(string key, CancellationToken cancellationToken) =>
        Read(() => store.Data.Read(key, CancellationToken.None));

    public async ValueTask Write(string key, string? value, CancellationToken cancellationToken) => await Read(async () =>
    {
        await store.Data.Write(key, value, CancellationToken.None);
        return true;
    });

    public ValueTask Forget(DateTimeOffset before, CancellationToken cancellationToken) => throw NotAsked();

    public ValueTask<Page<ExchangeView>> List(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken) => throw NotAsked();

    public IAsyncEnumerable<ExchangeView> Stream(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken) => throw NotAsked();

    public ValueTask<ExchangeCounts> Count(CancellationToken cancellationToken) => throw NotAsked();

    public ValueTask<Page<RunView>> List(RunFilter filter, Paging paging, CancellationToken cancellationToken) => throw NotAsked();

    public IAsyncEnumerable<RunView> Stream(RunFilter filter, Paging paging, CancellationToken cancellationToken) => throw NotAsked();

    public ValueTask<RunCounts> CountSince(DateTimeOffset since, CancellationToken cancellationToken) => throw NotAsked();

    private async ValueTask<T> Read<T>(Func<ValueTask<T>> read) => await store.Read(link, read);

    private static NotSupportedException NotAsked() => new("the actors ask nothing of this kind");
}

/// <summary>Membership as one process asks for it: what it has sent goes its way even where the process freezes or dies.</summary>
internal sealed class ProcessMembership(Universe universe, IClusterStore store) : IClusterStore
{
    public event Action? News
    {
        add => store.News += value;
        remove => store.News -= value;
    }

    public ValueTask<long> Connect(Guid incarnation, CancellationToken cancellationToken) => Call(() => store.Connect(incarnation, default));

    public async ValueTask Join(Joining me, CancellationToken cancellationToken) => await Call(() => store.Join(me, default));

    public ValueTask<ClusterSight> Look(CancellationToken cancellationToken) => Call(() => store.Look(default));

    public ValueTask<bool> Beat(CancellationToken cancellationToken) => Call(() => store.Beat(default));

    public ValueTask<bool> Condemn(Guid dead, long seenBeat, string reason, CancellationToken cancellationToken) =>
        Call(() => store.Condemn(dead, seenBeat, reason, default));

    public ValueTask<IReadOnlyList<Fence>> Claim(string role, int most, CancellationToken cancellationToken) =>
        Call(() => store.Claim(role, most, default));

    public ValueTask<bool> Release(Fence shard, Guid? wanted, CancellationToken cancellationToken) =>
        Call(() => store.Release(shard, wanted, default));

    public async ValueTask SetLeaving(bool leaving, CancellationToken cancellationToken) => await Call(() => store.SetLeaving(leaving, default));

    public async ValueTask Leave(CancellationToken cancellationToken) => await Call(() => store.Leave(default));

    public async ValueTask DisposeAsync() => await Call(() => store.DisposeAsync());

    private async ValueTask<T> Call<T>(Func<ValueTask<T>> call) => await universe.Remote(() => call().AsTask());

    private async ValueTask<bool> Call(Func<ValueTask> call) => await universe.Remote(async () =>
    {
        await call();
        return true;
    });
}
