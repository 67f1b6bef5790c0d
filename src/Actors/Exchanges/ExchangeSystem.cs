using MarketManager.Actors.Gathering;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Actors.Exchanges;

/// <summary>What the exchanges need of the store and of the venues.</summary>
/// <param name="Journal">Where events go.</param>
/// <param name="Exchanges">The exchanges' read model.</param>
/// <param name="Runs">The history of runs.</param>
/// <param name="Answers">Kept answers.</param>
/// <param name="Settings">Small values.</param>
/// <param name="Source">Asks venues.</param>
/// <param name="Venues">The venues there are.</param>
public sealed record ExchangePorts(
    IJournal Journal,
    IExchangeReader Exchanges,
    IRunReader Runs,
    IIdempotencyStore Answers,
    ISettingStore Settings,
    IMarketSource Source,
    IVenueCatalog Venues);

/// <summary>What a node decides about its exchanges.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Stablecoins">What counts as a dollar.</param>
/// <param name="AllowPrivateAddresses">Whether options may name addresses inside private networks.</param>
public sealed record ExchangePolicy(string Node, Stablecoins Stablecoins, bool AllowPrivateAddresses)
{
    /// <summary>How many bytes of results may wait for a store that is away; a run whose result finds no room ends as failed. Default 64 MiB.</summary>
    public long WaitingBytes { get; init; } = 64 * 1024 * 1024;
}

/// <summary>All exchanges of a node: recovered, supervised, reachable through the gateway, and brought to an orderly end.</summary>
public sealed partial class ExchangeSystem
{
    /// <summary>How long runs may still take when the node leaves; see <c>T5</c> in the life of a run.</summary>
    public static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(6);

    // For what is cut short to be written; a run that misses it is found in state by the next start.
    private static readonly TimeSpan CutPatience = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan OpenPatience = TimeSpan.FromMinutes(1);

    private readonly ActorSystem _system;
    private readonly IJournal _journal;
    private readonly ILogger _log;
    private readonly ActorRef<ExchangesMessage> _parent;
    private readonly ActorRef<MarketFeedMessage> _feeds;
    private readonly ExchangeGateway _gateway;

    private ExchangeSystem(
        ActorSystem system,
        IJournal journal,
        ILogger log,
        ActorRef<ExchangesMessage> parent,
        ActorRef<MarketFeedMessage> feeds,
        ExchangeDirectory directory,
        ExchangeGateway gateway)
    {
        _system = system;
        _journal = journal;
        _log = log;
        _parent = parent;
        _feeds = feeds;
        _gateway = gateway;
        Directory = directory;
    }

    /// <summary>The way to the exchanges, on a node that has all of them.</summary>
    public IExchangeGateway Gateway => _gateway;

    /// <summary>The way to those exchanges that are here.</summary>
    public ExchangeGateway Local => _gateway;

    /// <summary>Where each exchange's actor is, and which are broken.</summary>
    public ExchangeDirectory Directory { get; }

    /// <summary>Starts it without any exchange: those of a shard come when it is opened.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static async Task<ExchangeSystem> Start(
        ActorSystem system, ExchangePorts ports, ExchangePolicy policy, ILogger<ExchangeSystem> log, CancellationToken cancellationToken)
    {
        var paused = await ports.Settings.Read(SettingKeys.Paused, cancellationToken) == "true";
        var directory = new ExchangeDirectory();
        var feeds = system.Spawn(
            "feeds", () => new MarketFeedsActor(ports.Source, policy.Stablecoins), new SpawnOptions { MailboxCapacity = 65_536 });
        var around = new ExchangeSurroundings(
            policy.Node, policy.AllowPrivateAddresses, ports.Journal, ports.Exchanges, ports.Venues, feeds, new WaitingResults(policy.WaitingBytes));
        var parent = system.Spawn(
            "exchanges",
            () => new ExchangesActor(around, directory, paused),
            new SpawnOptions { MailboxCapacity = 65_536, Supervision = ExchangesActor.Supervision });
        var once = new OnceByKey(system.World, ports.Journal, ports.Answers);
        var gateway = new ExchangeGateway(directory, parent, ports.Exchanges, ports.Runs, once, ports.Settings, paused);
        return new ExchangeSystem(system, ports.Journal, log, parent, feeds, directory, gateway);
    }

    /// <summary>Recovers the exchanges of all shards, on a node that shares them with nobody, and lets them go on.</summary>
    /// <exception cref="StoreException">The journal cannot be read.</exception>
    public Task OpenAll(CancellationToken cancellationToken) =>
        Open(null, Enumerable.Range(0, Shard.Count).ToDictionary(shard => shard, _ => _journal), cancellationToken);

    /// <summary>Recovers the exchanges of shards that this node owns since just now, and lets them go on.</summary>
    /// <exception cref="StoreException">The journal cannot be read; nothing was opened.</exception>
    public Task Open(IReadOnlyList<Fence> shards, CancellationToken cancellationToken) => Open(
        shards.Select(fence => fence.Shard).ToHashSet(),
        shards.ToDictionary(fence => fence.Shard, fence => (IJournal)new FencedJournal(_journal, fence, Directory.Lose)),
        cancellationToken);

    /// <summary>Lets the runs of a shard end, or cuts them short, and stops its exchanges; they answer until the last run has ended.</summary>
    /// <param name="shard">Which.</param>
    /// <param name="patience">How long runs may still take.</param>
    public async Task Close(int shard, TimeSpan patience)
    {
        await Seal([shard]);
        await Task.WhenAll(Directory.Of(shard).Select(exchange => Leave(exchange, patience, "the exchange was handed to another node")));
        await Stop([shard]);
    }

    /// <summary>Stops the exchanges of shards that another node owns by now, at once; what they still write is refused.</summary>
    public async Task Drop(IReadOnlyCollection<int> shards)
    {
        await Seal(shards);
        await Stop(shards);
    }

    private async Task Open(IReadOnlySet<int>? shards, Dictionary<int, IJournal> journals, CancellationToken cancellationToken)
    {
        var began = _system.World.Time.GetTimestamp();
        var failures = new List<RecoveryFailure>();
        var recovered = await Recovery.All<ExchangeState, DomainEvent>(
            _journal,
            ExchangeActor.Entity,
            ExchangeState.Unborn,
            ExchangeSurroundings.Codec,
            static (state, e) => state.Apply(e),
            shards,
            failures,
            cancellationToken);
        foreach (var (id, reason) in failures)
        {
            LogNotRecovered(_log, id, reason.Message);
        }

        await _parent.Ask<bool>(
            reply => new ExchangesMessage.OpenShards(journals, recovered, failures, reply), OpenPatience, cancellationToken);
        LogRecovered(_log, recovered.Count, failures.Count, journals.Count, _system.World.Time.GetElapsedTime(began).TotalMilliseconds);
    }

    private async Task Seal(IReadOnlyCollection<int> shards) =>
        await _parent.Ask<bool>(reply => new ExchangesMessage.SealShards(shards, reply), OpenPatience, CancellationToken.None);

    private async Task Stop(IReadOnlyCollection<int> shards)
    {
        foreach (var shard in shards)
        {
            Directory.Close(shard);
        }

        foreach (var stop in shards.SelectMany(Directory.Of).Select(exchange => _system.Stop(exchange)).ToList())
        {
            await stop;
        }
    }

    /// <summary>Starts nothing more, lets runs end or cuts them short, and stops all exchanges; what was cut short is owed.</summary>
    public async Task Leave()
    {
        _gateway.Close();
        var left = await Task.WhenAll(Directory.Actors.Select(exchange => Leave(exchange, LeavePatience, "the node was shut down")));
        var stopped = _system.Stop(_parent);
        if (Array.TrueForAll(left, isLeft => isLeft))
        {
            await stopped;
            await _system.Stop(_feeds);
        }

        // Else a child does not end, because a venue's worker hangs; it ends when the workers are killed.
    }

    // False where a run was not brought to its end in time; the next start finds it in state.
    private static async Task<bool> Leave(ActorRef<EntityMessage> exchange, TimeSpan patience, string why)
    {
        try
        {
            return await exchange.Ask<bool>(reply => new RunMessage.Leave(patience, why, reply), patience + CutPatience);
        }
        catch (Exception e) when (e is AskTimeoutException or MailboxFullException)
        {
            return false;
        }
        catch (ActorStoppedException)
        {
            return true;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "recovered {Count} exchanges of {Shards} shards in {Milliseconds:0} ms, and could not recover {Failures}")]
    private static partial void LogRecovered(ILogger log, int count, int failures, int shards, double milliseconds);

    [LoggerMessage(2, LogLevel.Critical, "exchange {Exchange} cannot be recovered and is left alone: {Reason}")]
    private static partial void LogNotRecovered(ILogger log, long exchange, string reason);
}
