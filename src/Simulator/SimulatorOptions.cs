namespace MarketManager.Simulator;

/// <summary>What a simulated venue is started with.</summary>
public sealed record SimulatorOptions
{
    /// <summary>The most symbols a simulator lists.</summary>
    public const int MaxSymbols = 3000;

    /// <summary>Where to listen: an http URL on loopback; port 0 takes a free one. Default <c>http://127.0.0.1:0</c>.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>How many symbols are listed, 1 to <see cref="MaxSymbols"/>; default 300.</summary>
    public int Symbols { get; init; } = 300;

    /// <summary>What all prices, volumes and books follow from, together with the instant; default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Request weight allowed per minute, announced in <c>rateLimits</c> and enforced; at least 1, default 6000.</summary>
    public int WeightLimit { get; init; } = 6000;

    /// <summary>Throws when an option is outside its range; the message names the option and the range.</summary>
    internal void Validate()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp || !url.IsLoopback)
        {
            // The control endpoint has no credentials, so nobody but this machine may reach it.
            throw new ArgumentException($"the simulator's URL must be http on a loopback address, not '{Url}'");
        }

        if (Symbols is < 1 or > MaxSymbols)
        {
            throw new ArgumentException($"the simulator lists 1 to {MaxSymbols} symbols, not {Symbols}");
        }

        if (WeightLimit < 1)
        {
            throw new ArgumentException($"the weight limit must be at least 1, not {WeightLimit}");
        }
    }
}
