using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Settings;
using MarketManager.Api.Status;
using MarketManager.Cli;
using MarketManager.Cluster.Peers;
using MarketManager.Host.Access;
using MarketManager.Host.Daemon;
using MarketManager.Host.Settings;
using MarketManager.Kernel;
using MarketManager.Storage;
using MarketManager.Storage.PostgreSql;
using MarketManager.Venues.Ccxt;
using MarketManager.Venues.Limits;

namespace MarketManager.Host.Composition;

/// <summary>A whole node: store, venues, actors, API, started in this order and ended in the reverse one.</summary>
/// <remarks>Stopping takes no new requests first, then lets actors finish, then ends workers and at last the store, so that
/// nothing that was answered is lost and nothing is asked whose result could not be kept.</remarks>
internal sealed partial class NodeHost : IAsyncDisposable
{
    private readonly NodeSettings _settings;
    private readonly World _world;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<NodeHost> _log;
    private readonly StopOrder _stops;
    private ClusterPart? _cluster;
    private volatile Uri? _simulator;

    private NodeHost(NodeSettings settings, World world, ILoggerFactory loggers)
    {
        _settings = settings;
        _world = world;
        _loggers = loggers;
        _log = loggers.CreateLogger<NodeHost>();
        _stops = new StopOrder(_log);
    }

    /// <summary>Starts a node and returns when it takes requests; what was started before a failure is ended again.</summary>
    /// <exception cref="CliException">The node must not or cannot start; the message says why and what to do.</exception>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<NodeHost> Start(
        NodeSettings settings, World world, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var host = new NodeHost(settings, world, loggers);
        try
        {
            await host.Start(cancellationToken);
            return host;
        }
        catch (StoreException e)
        {
            await host.Stop();
            throw StoreErrors.Explain(e);
        }
        catch
        {
            await host.Stop();
            throw;
        }
    }

    /// <summary>Completes, with the reason, where the node cannot go on; it is to be stopped then.</summary>
    public Task Failed => _cluster?.Ended ?? Task.Delay(Timeout.InfiniteTimeSpan, _world.Time);

    /// <summary>Ends it in order.</summary>
    public Task Stop() => _stops.Stop();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Stop();

    private async Task Start(CancellationToken cancellationToken)
    {
        var authorities = NodeCertificate.ReadAuthorities(_settings);
        var store = await NodeStore.Open(_settings, _world, _loggers, _stops, cancellationToken);
        var access = await DecideAccess(store, cancellationToken);
        var pidFile = new PidFile(_settings.DataFolder);
        pidFile.Write();
        _stops.Add("pid file", pidFile.Remove);
        var disk = new DataFolderMetrics(_settings.DataFolder);
        _stops.Add("disk metrics", disk.Dispose);

        // Actors outlive the workers: a child whose worker hangs ends when that is killed.
        var node = NodeIdentity.Of(_settings, _world);
        var system = new ActorSystem(node.Name, _world, _loggers);
        _stops.Add("actor system", system.DisposeAsync);
        node.Actors = () => system.ActorCount;

        _simulator = await FindSimulator(store.Settings, cancellationToken);
        var workers = new CcxtOptions { WorkerScript = WorkersFolder.FindScript(AppContext.BaseDirectory), Workers = _settings.Workers };
        var venues = CcxtVenues.Start(
            _settings.Cluster is { Lease: var lease } ? workers.Within(lease) : workers,
            _world, _loggers, () => _simulator,
            store is PostgresStore shared ? new ClusterBudgets(shared.Budgets, _settings.Cluster!.Egress) : null);
        _stops.Add("workers", venues.DisposeAsync);
        var exchanges = await StartExchanges(system, store, venues, node, access, authorities, cancellationToken);
        var gateway = _cluster?.Gateway ?? exchanges.Gateway;
        if (node.Roles.Contains("store"))
        {
            StartLoop(
                "retention", new Retention(store.Retention, store.Answers, _settings, _world, _loggers.CreateLogger<Retention>()).Run);
        }

        StartLoop("watch", new ExchangeWatch(store.Exchanges, gateway, _world).Run);
        var listening = await StartApi(store, venues, gateway, node, access, cancellationToken);
        if (_cluster is not null)
        {
            await Join(_cluster, store, node, cancellationToken);
        }

        _stops.Add("patience with workers", venues.Hurry);

        node.Enter(NodeState.Running, _world.Now);
        LogReady(_log, node.Name, string.Join(", ", listening), _settings.DataFolder, _settings.File ?? "none");
        var manager = await ServiceManager.Start(system, ServiceManagerAddress.TakeFromProcess(), $"ready on {string.Join(", ", listening)}", _log);
        _stops.Add("service manager", manager.DisposeAsync);

        if (_settings.Demo)
        {
            await venues.Catalog.Ready.WaitAsync(cancellationToken);
            if (await Demo.CreateExchanges(gateway, store.Settings, cancellationToken) is { } why)
            {
                LogNoDemo(_log, why.Detail);
            }
        }
    }

    // Only who can answer becomes a member: its peers come to its address at once. It hands over while it still answers, and is a
    // member until it answers no more: what it is asked meanwhile it passes on.
    private async Task Join(ClusterPart cluster, IStore store, NodeInfo node, CancellationToken cancellationToken)
    {
        await cluster.Join(cancellationToken);
        _stops.Add("membership", async () =>
        {
            node.Enter(NodeState.Draining, _world.Now);
            await cluster.HandOver();
        });
        StartLoop("isolation", cluster.Isolation.Run);
        StartLoop("follow", stopping => cluster.Follow(
            async token =>
            {
                if (_settings.SimulatorUrl is null && !_settings.Demo)
                {
                    _simulator = await StoredSimulator(store.Settings, token);
                }
            },
            stopping));
        await cluster.Node.Recovered.WaitAsync(cancellationToken);
    }

    private async Task<AccessRule> DecideAccess(IStore store, CancellationToken cancellationToken)
    {
        var keys = await store.Keys.List(cancellationToken);
        return AccessRule.Decide(_settings, keys.Count(k => k.Revoked is null)) switch
        {
            AccessRule.Refused refused => throw new CliException(ExitCode.NotAllowed, refused.Why),
            var rule => rule,
        };
    }

    private async Task<Uri?> FindSimulator(ISettingStore settings, CancellationToken cancellationToken)
    {
        if (_settings.SimulatorUrl is { } given)
        {
            return given;
        }

        if (!_settings.Demo)
        {
            return await StoredSimulator(settings, cancellationToken);
        }

        var simulator = await Demo.StartSimulator(settings, _world, _loggers, cancellationToken);
        _stops.Add("simulator", simulator.DisposeAsync);
        LogSimulator(_log, simulator.Address);
        return simulator.Address;
    }

    private static async Task<Uri?> StoredSimulator(ISettingStore settings, CancellationToken cancellationToken) =>
        await settings.Read(SettingKeys.SimulatorUrl, cancellationToken) is { } last ? new Uri(last) : null;

    private async Task<ExchangeSystem> StartExchanges(
        ActorSystem system,
        IStore store,
        CcxtVenues venues,
        NodeInfo node,
        AccessRule access,
        PeerAuthorities? authorities,
        CancellationToken cancellationToken)
    {
        var exchanges = await ExchangeSystem.Start(
            system,
            new ExchangePorts(
                store.Journal, store.Exchanges, store.Runs, store.Answers, store.Settings, venues.Source, venues.Catalog),
            new ExchangePolicy(
                node.Name, _settings.Stablecoins, _settings.AllowPrivateVenues || access is AccessRule.OpenOnLoopback),
            _loggers.CreateLogger<ExchangeSystem>(),
            cancellationToken);
        _stops.Add("exchanges", () => new ValueTask(exchanges.Leave()));
        if (store is PostgresStore shared)
        {
            _cluster = new ClusterPart(_settings.Cluster!, authorities, node, shared, system, exchanges, _world, _loggers);
            _stops.Add("cluster", _cluster.DisposeAsync);
        }
        else
        {
            await exchanges.OpenAll(cancellationToken);
        }

        return exchanges;
    }

    private void StartLoop(string name, Func<CancellationToken, Task> run) => _stops.Add(name, new NodeLoop(name, run, _log).DisposeAsync);

    private async Task<IReadOnlyCollection<string>> StartApi(
        IStore store, CcxtVenues venues, IExchangeGateway gateway, NodeInfo node, AccessRule access, CancellationToken cancellationToken)
    {
        var api = new NodeApi(_settings, _world, _loggers, node, _cluster);
        _stops.Add("api", api.DisposeAsync);
        var listening = await api.Start(store, venues, gateway, access, cancellationToken);
        _stops.Add("requests", () =>
        {
            node.Enter(NodeState.Draining, _world.Now);
            LogStopping(_log, node.Name);
            return api.Stop();
        });
        return listening;
    }

    [LoggerMessage(1, LogLevel.Information, "node {Node} is ready on {Urls}; data in {DataFolder}, settings file: {File}")]
    private static partial void LogReady(ILogger log, string node, string urls, string dataFolder, string file);

    [LoggerMessage(2, LogLevel.Information, "the simulator answers on {Address}")]
    private static partial void LogSimulator(ILogger log, Uri address);

    [LoggerMessage(3, LogLevel.Warning, "the demo's exchanges could not be created: {Reason}")]
    private static partial void LogNoDemo(ILogger log, string reason);

    [LoggerMessage(4, LogLevel.Information, "node {Node} stops")]
    private static partial void LogStopping(ILogger log, string node);
}
