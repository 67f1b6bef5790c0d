using MarketManager.Api.Access;
using MarketManager.Api.Cluster;
using MarketManager.Api.Exchanges;
using MarketManager.Api.Http;
using MarketManager.Api.Markets;
using MarketManager.Api.Peers;
using MarketManager.Api.Runs;
using MarketManager.Api.Service;
using MarketManager.Api.Status;
using MarketManager.Api.Venues;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MarketManager.Api;

/// <summary>Puts the API into a host.</summary>
/// <remarks>The host registers what it translates for, as singletons: the ports of <c>src/Actors</c> (gateway, readers,
/// catalog, workers, keys, store health), <see cref="NodeInfo"/>, on a node of a cluster its
/// <see cref="MarketManager.Cluster.Inspection.IClusterInspector"/>, and any number of <see cref="IReadinessCheck"/>.</remarks>
public static class MarketManagerApi
{
    private static readonly Type[] Capabilities =
    [
        typeof(ExchangeEndpoints), typeof(RunEndpoints), typeof(MarketEndpoints), typeof(VenueEndpoints), typeof(StatusEndpoints),
        typeof(ClusterEndpoints),
        typeof(ShardEndpoints), typeof(ActorEndpoints), typeof(KeyEndpoints), typeof(HealthEndpoints), typeof(MetricsEndpoint), typeof(StatusPage),
    ];

    /// <summary>Registers what the API itself needs.</summary>
    public static IServiceCollection AddMarketManagerApi(this IServiceCollection services, ApiOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddRouting()
            .AddSingleton(options)
            .AddSingleton<KeyRing>()
            .AddSingleton<AccessControl>()
            .AddSingleton<ApiMetrics>()
            .AddSingleton<MetricsListener>()
            .AddSingleton<DocsEndpoints>();
    }

    /// <summary>Maps all routes. The ports are resolved now; from here on the metrics are listened to.</summary>
    public static WebApplication MapMarketManagerApi(this WebApplication app)
    {
        // Listening starts before anything is measured.
        app.Services.GetRequiredService<MetricsListener>();
        var docs = app.Services.GetRequiredService<DocsEndpoints>();
        var capabilities = Capabilities.Select(type => (IEndpoints)ActivatorUtilities.CreateInstance(app.Services, type));
        List<ApiRoute> routes = [.. capabilities.Append(docs).SelectMany(capability => capability.Routes)];
        docs.Describe(routes);

        PeerEndpoint.Use(app);
        app.UseMiddleware<Edge>();
        DocsEndpoints.MapAssets(app);
        foreach (var route in routes)
        {
            string[] methods = route.Method == "GET" ? ["GET", "HEAD"] : [route.Method];
            app.MapMethods(route.Pattern, methods, route.Handler).WithMetadata(route);
        }

        return app;
    }
}
