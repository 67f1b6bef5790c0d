namespace MarketManager.Simulator.Pricing;

/// <summary>What a symbol did in the last 24 hours and where it stands. Prices: quote per base. Times: Unix milliseconds.</summary>
internal readonly record struct Ticker(
    long OpenMs, long CloseMs, decimal Open, decimal High, decimal Low, decimal Last, decimal LastQuantity,
    decimal Bid, decimal BidQuantity, decimal Ask, decimal AskQuantity,
    decimal Average, decimal Volume, decimal QuoteVolume, long FirstTrade, long LastTrade);
