namespace MarketManager.Actors.Markets;

/// <summary>What one unit of each currency is worth in USD, by the prices of one run.</summary>
/// <remarks>A step is one price, used in either direction. In no steps, USD is worth 1, and so is a stablecoin without a
/// USD price of its own. Everything else takes the fewest steps that lead there, at most two; where several do, the better
/// bridge decides (the currency next to it on the way), then the symbol.</remarks>
internal static class UsdRates
{
    private const int Usd = 0;
    private const int MaxSteps = 2;
    private const int Unreached = int.MaxValue;

    /// <summary>By currency of the plan: its worth in USD, or 0 where no way leads there.</summary>
    /// <param name="plan">The currencies, and the pairs that convert.</param>
    /// <param name="prices">By market of the plan: the price to convert with, or 0.</param>
    /// <param name="stablecoins">What is taken for a dollar.</param>
    public static decimal[] Of(MarketPlan plan, ReadOnlySpan<decimal> prices, Stablecoins stablecoins)
    {
        var rates = new decimal[plan.Currencies.Length];
        var steps = new int[rates.Length];
        Array.Fill(steps, Unreached);
        Peg(plan, prices, stablecoins, rates, steps);

        var bridges = new int[rates.Length];
        for (var step = 1; step <= MaxSteps; step++)
        {
            foreach (var pair in plan.Pairs)
            {
                var price = prices[pair.Market];
                if (price <= 0)
                {
                    continue;
                }

                if (Leads(pair.Quote, pair.Base))
                {
                    Take(pair.Quote, pair.Base, GuardedDecimal.Times(rates[pair.Quote], price));
                }
                else if (Leads(pair.Base, pair.Quote))
                {
                    Take(pair.Base, pair.Quote, GuardedDecimal.Over(rates[pair.Base], price));
                }
            }

            // Pairs come in order of symbol, so that of equal bridges the first one stays.
            bool Leads(int bridge, int to) =>
                steps[bridge] == step - 1
                && (steps[to] == Unreached || (steps[to] == step && plan.Ranks[bridge] < plan.Ranks[bridges[to]]));

            void Take(int bridge, int to, decimal? rate)
            {
                // Absurd prices overflow, or round to nothing: no way leads through them.
                if (rate is > 0)
                {
                    (rates[to], steps[to], bridges[to]) = (rate.Value, step, bridge);
                }
            }
        }

        return rates;
    }

    private static void Peg(
        MarketPlan plan, ReadOnlySpan<decimal> prices, Stablecoins stablecoins, decimal[] rates, int[] steps)
    {
        for (var i = 0; i < rates.Length; i++)
        {
            if (i == Usd || stablecoins.Contains(plan.Currencies[i]))
            {
                (rates[i], steps[i]) = (1, 0);
            }
        }

        foreach (var pair in plan.Pairs)
        {
            var other = pair.Quote == Usd ? pair.Base : pair.Base == Usd ? pair.Quote : Usd;
            if (other != Usd && steps[other] == 0 && prices[pair.Market] > 0)
            {
                (rates[other], steps[other]) = (0, Unreached);
            }
        }
    }
}
