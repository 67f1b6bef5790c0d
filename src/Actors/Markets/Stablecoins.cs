using System.Collections.Frozen;

namespace MarketManager.Actors.Markets;

/// <summary>The currencies that are taken for one US dollar where a venue has no price of theirs in USD.</summary>
/// <remarks>A setting of the node. A coin that is missing here still converts through its pairs, like any currency.</remarks>
public sealed class Stablecoins
{
    private readonly FrozenSet<string> _codes;

    /// <summary>A list of one's own.</summary>
    /// <param name="codes">ccxt's currency codes; upper and lower case are the same.</param>
    public Stablecoins(IEnumerable<string> codes) => _codes = codes.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The default: coins redeemable for, or steered towards, one dollar, by supply.</summary>
    public static Stablecoins Default { get; } = new(
    [
        "USDT", "USDC", "USDE", "DAI", "USDS", "FDUSD", "PYUSD", "RLUSD", "USD1", "TUSD", "USDP", "GUSD", "USDD", "BUSD",
    ]);

    /// <summary>All of them, in no order.</summary>
    public IReadOnlyCollection<string> Codes => _codes;

    /// <summary>Whether a currency is one.</summary>
    public bool Contains(string code) => _codes.Contains(code);
}
