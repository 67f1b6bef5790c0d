using MarketManager.Storage;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Benchmarks.Storage;

/// <summary>The SQL of a page of 100 markets, by volume and filtered, with nothing around it.</summary>
internal sealed class BarePage : IDisposable
{
    private const int Columns = 14;

    private readonly BareDatabase _database;
    private readonly nint _count;
    private readonly nint _rows;

    public BarePage(string path)
    {
        _database = new BareDatabase(path, isReader: true);
        var bucket = MarketVolume.Bucket(100_000m);
        var where =
            $"""
            FROM market WHERE base = 'USDT' AND volume_bucket >= {bucket}
              AND (volume_bucket > {bucket} OR CAST(volume_usd AS REAL) >= 100000.0)
            """;
        _count = _database.Prepare($"SELECT count(*) {where}");
        _rows = _database.Prepare(
            $"""
            SELECT exchange, (SELECT updated FROM market_set s WHERE s.exchange = market.exchange), symbol, name, type, base, quote, volume,
              volume_usd, last, bid, ask, active, venue_time
            {where} ORDER BY volume_bucket DESC, CAST(volume_usd AS REAL) DESC, exchange, symbol LIMIT 100
            """);
    }

    /// <summary>Counts all that match, and reads the first hundred.</summary>
    public unsafe void Read()
    {
        BareDatabase.Run(_count);
        while (Native.Step(_rows) == Native.Row)
        {
            for (var column = 0; column < Columns; column++)
            {
                _ = Native.ColumnBlob(_rows, column);
            }
        }

        _ = Native.Reset(_rows);
    }

    public void Dispose()
    {
        _ = Native.Finalize(_count);
        _ = Native.Finalize(_rows);
        _database.Dispose();
    }
}
