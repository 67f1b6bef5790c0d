using MarketManager.Actors.Exchanges;
using MarketManager.Api;
using MarketManager.Api.Service;
using MarketManager.Api.Status;
using MarketManager.Cli;
using MarketManager.Host.Access;
using MarketManager.Host.Settings;
using MarketManager.Kernel;
using MarketManager.Storage;
using MarketManager.Venues.Ccxt;

namespace MarketManager.Host.Composition;

/// <summary>The node's web server: the API, what orchestrators and Prometheus ask, and, in a cluster, its peers.</summary>
/// <param name="settings">The node's.</param>
/// <param name="world">The clock, and ids.</param>
/// <param name="loggers">Logs.</param>
/// <param name="node">Shown by its status.</param>
/// <param name="cluster">Null for a node on its own.</param>
internal sealed class NodeApi(NodeSettings settings, World world, ILoggerFactory loggers, NodeInfo node, ClusterPart? cluster) : IAsyncDisposable
{
    /// <summary>How long requests that are being answered may still take when the node stops.</summary>
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(1);

    private readonly NodeListeners _listeners = new(settings, SocketPath.Of(settings.DataFolder, Environment.GetEnvironmentVariable));
    private WebApplication? _app;

    /// <summary>Takes requests from now on.</summary>
    /// <returns>The addresses that it listens on.</returns>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public async Task<IReadOnlyCollection<string>> Start(
        IStore store, CcxtVenues venues, IExchangeGateway gateway, AccessRule access, CancellationToken cancellationToken)
    {
        await _listeners.PrepareSocket(cancellationToken);

        // The empty builder reads no configuration of its own: settings come from one place.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            _listeners.Configure(kestrel);
        });
        builder.Services
            .AddSingleton(loggers)
            .AddLogging()
            .AddRouting()
            .AddSingleton<IHostLifetime, NoLifetime>()
            .AddSingleton(world).AddSingleton(world.Time).AddSingleton(node)
            .AddSingleton(gateway)
            .AddSingleton<IExchangeReader>(new OwnedExchanges(store.Exchanges, cluster is null ? _ => node.Name : cluster.OwnerOf))
            .AddSingleton(store.Runs).AddSingleton(store.Markets).AddSingleton(store.Keys)
            .AddSingleton(store.Answers).AddSingleton(store.Settings).AddSingleton(store.Health)
            .AddSingleton(venues.Catalog).AddSingleton(venues.Workers)
            .AddMarketManagerApi(new ApiOptions
            {
                Access = access is AccessRule.OpenOnLoopback ? AccessMode.OpenOnLoopback : AccessMode.KeysRequired,
                ServesApi = node.Roles.Contains("api"),
                Hosts = [.. settings.Urls.Select(u => u.Host)],
                RequestsPerSecond = settings.RequestLimit,
                Burst = 2 * settings.RequestLimit,
            });
        AddReadiness(builder.Services);
        if (cluster is not null)
        {
            builder.Services.AddSingleton(cluster.Server).AddSingleton(cluster.Inspector);
        }

        _app = builder.Build();
        _app.MapMarketManagerApi();
        await _app.StartAsync(cancellationToken);
        _listeners.GuardSocket();
        return [.. _app.Urls.Where(url => !url.Contains("unix:", StringComparison.Ordinal))];
    }

    /// <summary>Takes no more requests, and lets those that are being answered end.</summary>
    public async ValueTask Stop()
    {
        using var patience = new CancellationTokenSource(RequestPatience, world.Time);
        if (cluster is not null)
        {
            // First: its connections are requests that never end.
            await cluster.Server.Stop(patience.Token);
        }

        await _app!.StopAsync(patience.Token);
        _listeners.RemoveSocket();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? default;

    private void AddReadiness(IServiceCollection services)
    {
        services
            .AddSingleton<IReadinessCheck, StoreReadiness>()
            .AddSingleton<IReadinessCheck, WorkerReadiness>()
            .AddSingleton<IReadinessCheck>(new ActorReadiness(node, cluster?.Node));
        if (cluster is not null)
        {
            services
                .AddSingleton<IReadinessCheck>(new LeaseReadiness(cluster.Node.Lease))
                .AddSingleton<IReadinessCheck>(new PeerReadiness(cluster.Isolation));
        }
    }
}
