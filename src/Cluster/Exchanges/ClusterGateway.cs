using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Exchanges;

/// <summary>The way to the exchanges of all nodes: asks the owner, here or elsewhere, and waits while ownership moves.</summary>
public sealed class ClusterGateway : IExchangeGateway
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A delete waits until nothing of the run is left, and a worker that hangs is noticed only after a while.
    private static readonly TimeSpan DeletePatience = TimeSpan.FromSeconds(60);

    private readonly World _world;
    private readonly ExchangeGateway _here;
    private readonly OwnerRoute _owners;
    private readonly IExchangeReader _exchanges;
    private readonly IRunReader _runs;
    private readonly ISettingStore _settings;
    private readonly RunWaits _waits;

    internal ClusterGateway(
        World world, ExchangeGateway here, OwnerRoute owners, IExchangeReader exchanges, IRunReader runs, ISettingStore settings)
    {
        _world = world;
        _here = here;
        _owners = owners;
        _exchanges = exchanges;
        _runs = runs;
        _settings = settings;
        _waits = new RunWaits(world.Time, (id, run, within, cancel) => owners.Ask(new ExchangeRequest.WhenEnded(id, run, within), within, cancel));
    }

    /// <inheritdoc/>
    public bool Paused => _here.Paused;

    /// <inheritdoc/>
    public async ValueTask<Answer<ExchangeView>> Create(NewExchange draft, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        try
        {
            // Whether the caller goes away does not matter from here on: what it asked for is carried out.
            if (key is not null && await _here.Created(key, cancellationToken) is { } answered)
            {
                return answered;
            }

            var id = await _exchanges.NextId(cancellationToken);
            return Exchange(await _owners.Ask(
                new ExchangeRequest.Create(id, draft, key ?? Forwarded("create")), Patience, CancellationToken.None));
        }
        catch (StoreException e)
        {
            return Rejections.Of(e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Answer<ExchangeView>> Get(long id, CancellationToken cancellationToken) =>
        Exchange(await _owners.Ask(new ExchangeRequest.Get(id), Patience, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<Answer<ExchangeView>> Change(
        long id, ExchangeChange change, long? expectedVersion, CancellationToken cancellationToken) =>
        Exchange(await _owners.Ask(
            new ExchangeRequest.Change(id, change, expectedVersion, Forwarded("change")), Patience, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<Answer<ExchangeView>> Delete(long id, long? expectedVersion, CancellationToken cancellationToken) =>
        Exchange(await _owners.Ask(
            new ExchangeRequest.Delete(id, expectedVersion, Forwarded("delete")), DeletePatience, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<Answer<RunView>> Run(long id, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var answer = await _owners.Ask(new ExchangeRequest.Run(id, key ?? Forwarded("run")), Patience, cancellationToken);
        return answer.Run is { } run ? run : answer.Why!;
    }

    /// <inheritdoc/>
    public async ValueTask<RunView?> WhenEnded(long id, Guid runId, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (await _waits.WhenEnded(id, runId, patience, cancellationToken) is { } ended)
        {
            return ended;
        }

        return await _runs.Find(id, runId, cancellationToken) is { State: not RunState.Running } run ? run : null;
    }

    /// <inheritdoc/>
    public async ValueTask<Rejection?> SetPaused(bool paused, CancellationToken cancellationToken)
    {
        if (await _here.SetPaused(paused, cancellationToken) is { } why)
        {
            return why;
        }

        // A node that misses it reads it from the store a moment later.
        await _owners.Tell(new ExchangeRequest.Pause(paused), cancellationToken);
        return null;
    }

    /// <summary>Reads whether all are paused, in case another node's word was missed.</summary>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async ValueTask FollowPause(CancellationToken cancellationToken)
    {
        // Read again where it differs: another node's word may have come, and been followed, while it was read.
        if (await IsPaused(cancellationToken) != _here.Paused && await IsPaused(cancellationToken) is var paused && paused != _here.Paused)
        {
            await _here.ApplyPaused(paused);
        }
    }

    private async ValueTask<bool> IsPaused(CancellationToken cancellationToken) =>
        await _settings.Read(SettingKeys.Paused, cancellationToken) == "true";

    private IdempotencyKey Forwarded(string operation) => new("mm", operation, $"{_world.NewId(_world.Now):N}", string.Empty);

    private static Answer<ExchangeView> Exchange(KeptAnswer answer) => answer.Exchange is { } exchange ? exchange : answer.Why!;
}
