namespace MarketManager.Venues.Limits;

/// <summary>How ccxt's costs translate into the weights of venues that count them.</summary>
/// <remarks>Source: Binance's API documentation (limits per host and path) and the costs in ccxt 4.5.84, which are in
/// units of 50 ms, so that for spot a cost of 1 is a weight of 5. Limits are what holds until the venue announces its own.</remarks>
internal static class VenueWeights
{
    /// <summary>The rule for a part of a venue's API.</summary>
    /// <param name="venue">The venue's id.</param>
    /// <param name="endpoint">First segment of the path: api, sapi, fapi; Binance counts each apart.</param>
    /// <param name="rateLimit">ccxt's, for venues that count no weights.</param>
    public static BudgetRule RuleOf(string venue, string endpoint, double rateLimit) => (venue, endpoint) switch
    {
        ("binance" or "sim", "api") => BudgetRule.Window(5, 6_000),
        ("binance" or "sim", "sapi") => BudgetRule.Window(10, 12_000),
        ("binance" or "sim" or "binanceusdm" or "binancecoinm", "fapi" or "dapi") => BudgetRule.Window(1, 2_400),
        ("binance" or "sim" or "binanceusdm" or "binancecoinm", "eapi") => BudgetRule.Window(1, 400),
        ("binanceus", "api") => BudgetRule.Window(1, 1_200),
        _ => BudgetRule.Spacing(rateLimit),
    };

    /// <summary>What counts apart: a path's first segment on Binance, the whole venue elsewhere.</summary>
    public static string PartOf(string venue, string endpoint) =>
        venue == "sim" || venue.StartsWith("binance", StringComparison.Ordinal) ? endpoint : "";
}
