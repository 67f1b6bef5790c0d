using System.Text.Json;
using MarketManager.Simulator.Pricing;

namespace MarketManager.Simulator.Protocol;

/// <summary>What an order on a symbol must keep to. Source: Binance spot API, "Filters".</summary>
internal static class SymbolFilters
{
    private const double LeastOrderUsd = 5;
    private const long MostSteps = 90_000_000_000;
    private const decimal MostWholeUnits = 90_000_000_000;
    private const decimal MostFractions = 1_000_000;

    /// <summary>Writes the property <c>filters</c>.</summary>
    public static void Write(Utf8JsonWriter writer, Symbol symbol)
    {
        var (price, lot) = (symbol.Prices, symbol.Lots);
        writer.WriteStartArray("filters"u8);
        Filter(writer, "PRICE_FILTER", ("minPrice", price.Step), ("maxPrice", Most(price)), ("tickSize", price.Step));
        Filter(writer, "LOT_SIZE", ("minQty", lot.Step), ("maxQty", Most(lot)), ("stepSize", lot.Step));
        Filter(writer, "ICEBERG_PARTS", ("limit", 100));
        Filter(writer, "MARKET_LOT_SIZE", ("minQty", 0m), ("maxQty", LargestMarketOrder(symbol)), ("stepSize", 0m));
        Filter(writer, "TRAILING_DELTA",
            ("minTrailingAboveDelta", 10), ("maxTrailingAboveDelta", 2000),
            ("minTrailingBelowDelta", 10), ("maxTrailingBelowDelta", 2000));
        Filter(writer, "PERCENT_PRICE_BY_SIDE",
            ("bidMultiplierUp", "5"), ("bidMultiplierDown", "0.2"),
            ("askMultiplierUp", "5"), ("askMultiplierDown", "0.2"), ("avgPriceMins", 5));
        Filter(writer, "NOTIONAL",
            ("minNotional", LeastNotional(symbol)), ("applyMinToMarket", true),
            ("maxNotional", 9_000_000m), ("applyMaxToMarket", false), ("avgPriceMins", 5));
        Filter(writer, "MAX_NUM_ORDERS", ("maxNumOrders", 200));
        Filter(writer, "MAX_NUM_ORDER_LISTS", ("maxNumOrderLists", 20));
        Filter(writer, "MAX_NUM_ALGO_ORDERS", ("maxNumAlgoOrders", 5));
        Filter(writer, "MAX_NUM_ORDER_AMENDS", ("maxNumOrderAmends", 10));
        writer.WriteEndArray();
    }

    /// <summary>The largest multiple that is allowed: a million, more only of what is counted in whole units.</summary>
    private static decimal Most(Grid grid) => grid.Decimals == 0 ? MostWholeUnits : Math.Min(MostFractions, grid.At(MostSteps));

    /// <summary>A five-hundredth of a day's turnover.</summary>
    private static decimal LargestMarketOrder(Symbol symbol) => symbol.Lots.Snap(symbol.Base.DailyVolumeUsd / 500 / symbol.Base.Usd);

    /// <summary>About 5 USD, rounded to a power of ten below where the quote is not a dollar.</summary>
    private static decimal LeastNotional(Symbol symbol)
    {
        var least = LeastOrderUsd / symbol.Quote.Usd;
        return least >= 1 ? (decimal)least : new Grid((byte)Math.Min(8, -Math.Floor(Math.Log10(least)))).Step;
    }

    private static void Filter(Utf8JsonWriter writer, string type, params ReadOnlySpan<(string Name, object Value)> fields)
    {
        writer.WriteStartObject();
        writer.WriteString("filterType"u8, type);
        foreach (var (name, value) in fields)
        {
            switch (value)
            {
                case decimal number:
                    writer.WriteDecimal(JsonEncodedText.Encode(name), number);
                    break;
                case int number:
                    writer.WriteNumber(name, number);
                    break;
                case bool flag:
                    writer.WriteBoolean(name, flag);
                    break;
                default:
                    writer.WriteString(name, (string)value);
                    break;
            }
        }

        writer.WriteEndObject();
    }
}
