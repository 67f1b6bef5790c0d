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
public sealed record ExchangePolicy(string Node, Stablecoins Stablecoins, bool AllowPrivateAddresses);

/// <summary>All exchanges of a node: recovered, supervised, reachable through the gateway, and brought to an orderly end.</summary>
public sealed partial class ExchangeSystem
{
    /// <summary>How long runs may still take when the node leaves; see <c>T5</c> in the life of a run.</summary>
    public static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(6);

    // For what is cut short to be written; a run that misses it is found in state by the next start.
    private static readonly TimeSpan CutPatience = TimeSpan.FromMilliseconds(500);

    private readonly ActorSystem _system;
    private readonly ActorRef<ExchangesMessage> _parent;
    private readonly ActorRef<MarketFeedMessage> _feeds;
    private readonly ExchangeGateway _gateway;

    private ExchangeSystem(
        ActorSystem system,
        ActorRef<ExchangesMessage> parent,
        ActorRef<MarketFeedMessage> feeds,
        ExchangeDirectory directory,
        ExchangeGateway gateway)
    {
        _system = system;
        _parent = parent;
        _feeds = feeds;
        _gateway = gateway;
        Directory = directory;
    }

    /// <summary>The way to the exchanges.</summary>
    public IExchangeGateway Gateway => _gateway;

    /// <summary>Where each exchange's actor is, and which are broken.</summary>
    public ExchangeDirectory Directory { get; }

    /// <summary>Recovers all exchanges from the journal and lets them go on.</summary>
    /// <exception cref="StoreException">The journal cannot be read.</exception>
    public static async Task<ExchangeSystem> Start(
        ActorSystem system, ExchangePorts ports, ExchangePolicy policy, ILogger<ExchangeSystem> log, CancellationToken cancellationToken)
    {
        var began = system.World.Time.GetTimestamp();
        var paused = await ports.Settings.Read(SettingKeys.Paused, cancellationToken) == "true";
        var failures = new List<RecoveryFailure>();
        var recovered = await Recovery.All<ExchangeState, DomainEvent>(
            ports.Journal,
            ExchangeActor.Entity,
            ExchangeState.Unborn,
            ExchangeSurroundings.Codec,
            static (state, e) => state.Apply(e),
            failures: failures,
            cancellationToken: cancellationToken);
        var directory = new ExchangeDirectory();
        foreach (var (id, reason) in failures)
        {
            LogNotRecovered(log, id, reason.Message);
            directory.Break(id, reason.Message);
        }

        var feeds = system.Spawn(
            "feeds", () => new MarketFeedsActor(ports.Source, policy.Stablecoins), new SpawnOptions { MailboxCapacity = 65_536 });
        var around = new ExchangeSurroundings(
            policy.Node, policy.AllowPrivateAddresses, ports.Journal, ports.Exchanges, ports.Venues, feeds);
        var parent = system.Spawn(
            "exchanges",
            () => new ExchangesActor(recovered, around, directory, paused),
            new SpawnOptions { MailboxCapacity = 65_536, Supervision = ExchangesActor.Supervision });
        var gateway = new ExchangeGateway(
            system.World, directory, parent, ports.Journal, ports.Exchanges, ports.Runs, ports.Answers, ports.Settings, paused);

        // The answer comes after all exchanges have been spawned.
        await parent.Ask<bool>(reply => new ExchangesMessage.SetPaused(paused, reply), TimeSpan.FromMinutes(1), cancellationToken);
        LogRecovered(log, directory.Count, failures.Count, system.World.Time.GetElapsedTime(began).TotalMilliseconds);
        return new ExchangeSystem(system, parent, feeds, directory, gateway);
    }

    /// <summary>Starts nothing more, lets runs end or cuts them short, and stops all exchanges; what was cut short is owed.</summary>
    public async Task Leave()
    {
        _gateway.Close();
        var left = await Task.WhenAll(Directory.Actors.Select(Leave));
        var stopped = _system.Stop(_parent);
        if (Array.TrueForAll(left, isLeft => isLeft))
        {
            await stopped;
            await _system.Stop(_feeds);
        }

        // Else a child does not end, because a venue's worker hangs; it ends when the workers are killed.
    }

    // False where a run was not brought to its end in time; the next start finds it in state.
    private static async Task<bool> Leave(ActorRef<EntityMessage> exchange)
    {
        try
        {
            return await exchange.Ask<bool>(reply => new RunMessage.Leave(LeavePatience, reply), LeavePatience + CutPatience);
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

    [LoggerMessage(1, LogLevel.Information, "recovered {Count} exchanges, {Failures} of them broken, in {Milliseconds:0} ms")]
    private static partial void LogRecovered(ILogger log, int count, int failures, double milliseconds);

    [LoggerMessage(2, LogLevel.Critical, "exchange {Exchange} cannot be recovered and is left alone: {Reason}")]
    private static partial void LogNotRecovered(ILogger log, long exchange, string reason);
}
