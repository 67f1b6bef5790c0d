using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Settings;
using MarketManager.Kernel;
using MarketManager.Simulator;

namespace MarketManager.Host.Composition;

/// <summary>What <c>--demo</c> brings: a simulator on loopback and, the first time, a few exchanges on it.</summary>
internal static class Demo
{
    private const string CreatedKey = "demo_created";

    // Four looks at one venue: all of it, by currency, and a few pairs every other second.
    private static readonly NewExchange[] Exchanges =
    [
        Exchange("Sim", 5, "{}"),
        Exchange("Sim USDT", 5, """{"markets":{"quotes":["USDT"]}}"""),
        Exchange("Sim USDC", 10, """{"markets":{"quotes":["USDC"]}}"""),
        Exchange("Sim Majors", 2, """{"markets":{"symbols":["BTC/USDT","ETH/USDT","BNB/USDT","ETH/BTC"]}}"""),
    ];

    /// <summary>Starts the simulator on the port it had last, if that is free, and registers its address in the store.</summary>
    public static async Task<SimulatorServer> StartSimulator(
        ISettingStore settings, World world, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var last = await settings.Read(SettingKeys.SimulatorUrl, cancellationToken);
        var simulator = (last is null ? null : await TryStart(last)) ?? await Start("http://127.0.0.1:0");
        await settings.Write(SettingKeys.SimulatorUrl, simulator.Address.GetLeftPart(UriPartial.Authority), cancellationToken);
        return simulator;

        Task<SimulatorServer> Start(string url) => SimulatorServer.Start(
            new SimulatorOptions { Url = url, Symbols = SimulatorOptions.MaxSymbols, WeightLimit = 10_000_000 },
            world.Time, loggers, cancellationToken);

        async Task<SimulatorServer?> TryStart(string url)
        {
            try
            {
                return await Start(url);
            }
            catch (Exception e) when (e is IOException or ArgumentException)
            {
                // Somebody else has the port now, or it was another machine's.
                return null;
            }
        }
    }

    /// <summary>Creates the exchanges, unless that was done before: who deleted them does not want them back.</summary>
    /// <returns>Why one could not be created; null where all are there.</returns>
    public static async Task<Rejection?> CreateExchanges(
        IExchangeGateway gateway, ISettingStore settings, CancellationToken cancellationToken)
    {
        if (await settings.Read(CreatedKey, cancellationToken) is not null)
        {
            return null;
        }

        foreach (var exchange in Exchanges)
        {
            var answer = await gateway.Create(exchange, key: null, cancellationToken);
            if (answer.Why is { Kind: not RejectionKind.Conflict } why)
            {
                return why;
            }
        }

        await settings.Write(CreatedKey, "true", cancellationToken);
        return null;
    }

    private static NewExchange Exchange(string name, long interval, string options) =>
        new(Tenant.Default, name, Venue: "sim", Interval: interval, Options: options);
}
