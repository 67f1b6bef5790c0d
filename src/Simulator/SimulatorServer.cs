using MarketManager.Simulator.Control;
using MarketManager.Simulator.Limits;
using MarketManager.Simulator.Pricing;
using MarketManager.Simulator.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Simulator;

/// <summary>A venue to run against: it speaks Binance's spot REST protocol on a loopback port.</summary>
/// <remarks>
/// Prices, books and trades are a pure function of seed, symbol and instant: two simulators with one seed show the same day.
/// Under <c>/control/</c> faults are ordered, requests counted and symbols halted; all of that is lost with a restart.
/// </remarks>
public sealed class SimulatorServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SimulatorServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
    }

    /// <summary>Where it listens, with the port that it was given; no trailing path.</summary>
    public Uri Address { get; }

    /// <summary>Starts a simulator and returns when it listens.</summary>
    /// <param name="options">What to simulate.</param>
    /// <param name="time">The clock: what prices are shown for, when rate-limit windows turn, how long latency lasts.</param>
    /// <param name="loggers">Where to log; null for nowhere.</param>
    /// <param name="ct">Gives up starting.</param>
    /// <exception cref="ArgumentException">An option is outside its range; the message says which and what is allowed.</exception>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public static async Task<SimulatorServer> Start(
        SimulatorOptions options, TimeProvider time, ILoggerFactory? loggers = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.Validate();

        // The empty builder reads no configuration and writes no log; neither would be this process's own.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(options.Url).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ControlEndpoint.LargestBody;
        });
        builder.Services.AddSingleton(loggers ?? NullLoggerFactory.Instance);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.Run(HandlerOf(options, time, app.Lifetime.ApplicationStopping));
        try
        {
            await app.StartAsync(ct);
            return new SimulatorServer(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops listening; requests that hang are cut off.</summary>
    public Task Stop(CancellationToken ct = default) => _app.StopAsync(ct);

    /// <summary>Stops, if it has not been stopped, and frees the port.</summary>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static RequestDelegate HandlerOf(SimulatorOptions options, TimeProvider time, CancellationToken stopping)
    {
        var seed = Hash.Mix((ulong)options.Seed, 0);
        var listing = new Listing(Catalogue.List(options.Symbols, seed));
        var routes = Routes.Of(listing, seed, options.WeightLimit);
        var (faults, requests) = (new FaultPlan(), new RequestCounter());
        var venue = new VenueEndpoint(routes, listing, faults, requests, time, options.WeightLimit, stopping);
        var control = new ControlEndpoint(faults, requests, listing, routes.Keys);
        return context => context.Request.Path.StartsWithSegments(ControlEndpoint.Prefix.TrimEnd('/'), StringComparison.Ordinal)
            ? control.Handle(context)
            : venue.Handle(context);
    }

    /// <summary>Signals belong to the process that the simulator runs in, not to it.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
