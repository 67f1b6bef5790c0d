namespace MarketManager.Simulator.Pricing;

/// <summary>One currency of the venue.</summary>
/// <param name="Index">Its place in the catalogue; part of what its path is hashed from.</param>
/// <param name="Name">Its code, as in <c>BTC</c>.</param>
/// <param name="Usd">The price in USD around which it moves.</param>
/// <param name="DailyVolumeUsd">What all its pairs turn over in 24 hours, in USD, roughly.</param>
/// <param name="Volatility">How far it strays, relative to BTC; near 0 for a stablecoin.</param>
internal sealed record Asset(int Index, string Name, double Usd, double DailyVolumeUsd, double Volatility);
