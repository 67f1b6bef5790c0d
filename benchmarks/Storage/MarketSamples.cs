using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Markets;
using MarketManager.Kernel;
using MarketManager.Storage.Sqlite;

namespace MarketManager.Benchmarks.Storage;

/// <summary>Markets that look like a venue's.</summary>
internal static class MarketSamples
{
    private static readonly string[] Bases = ["USDT", "USDT", "USDT", "USDC", "BTC", "ETH", "EUR"];

    /// <summary>Markets whose prices move a little with every run.</summary>
    public static MarketRow[] Markets(int count, int run)
    {
        var rows = new MarketRow[count];
        for (var i = 0; i < count; i++)
        {
            var (quote, @base) = ($"C{i}", Bases[i % Bases.Length]);
            var last = decimal.Round((1 + (i % 977)) * (1 + (0.0001m * run)) * 0.37m, 8);
            var volume = decimal.Round((decimal)Math.Pow(10, 2 + (i * 7919L % 1009 / 1009.0 * 7)) * (1 + (0.0001m * run)), 2); // from a hundred to a billion
            rows[i] = new MarketRow(
                $"{quote}/{@base}", $"{@base}-{quote}", "spot", @base, quote, volume, volume, last, last * 0.999m, last * 1.001m, true, DateTimeOffset.UnixEpoch.AddSeconds(run));
        }

        return rows;
    }

    /// <summary>A hundred exchanges of a thousand markets.</summary>
    public static async Task Fill(SqliteStore store)
    {
        for (var exchange = 1; exchange <= 100; exchange++)
        {
            await Write(
                store, new ExchangeInserted(Exchange(exchange)), new MarketsReplaced(exchange, 1, DateTimeOffset.UnixEpoch, Markets(1000, exchange)));
        }
    }

    public static ExchangeView Exchange(long id) => new(
        id, "default", $"Exchange {id}", $"exchange-{id}", "sim", true, 60, null, null, null, "{}", null, null, null, DateTimeOffset.UnixEpoch,
        DateTimeOffset.UnixEpoch, null, false, new ExchangeStatus(ExchangeCondition.Idle, null, null, null, null, null, 0, null, "node"), 1, 1);

    public static ValueTask Write(SqliteStore store, params object[] rows) =>
        store.Journal.Append(new JournalWrite(new PersistenceId("exchange", 1), 1, [], rows));
}
