using MarketManager.Actors.Markets;
using MarketManager.Kernel;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>All markets of a run in one command, column by column.</summary>
internal static class MarketArrays
{
    public const string Replace = "SELECT mm.replace_markets($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

    /// <exception cref="RowConflictException">A symbol comes twice.</exception>
    public static void Bind(PgParameters parameters, MarketsReplaced replaced)
    {
        var markets = replaced.Markets;
        if (markets.DistinctBy(market => market.Symbol, StringComparer.Ordinal).Count() != markets.Count)
        {
            throw new RowConflictException("market_symbol");
        }

        parameters.Add(replaced.Exchange).Add(replaced.RunNumber).Add(replaced.Updated)
            .AddAll(Column(market => PgParameters.Kept(market.Symbol)), NpgsqlDbType.Text)
            .AddAll(Column(market => PgParameters.Kept(market.Name)), NpgsqlDbType.Text)
            .AddAll(Column(market => PgParameters.Kept(market.Type)), NpgsqlDbType.Text)
            .AddAll(Column(market => PgParameters.Kept(market.Base)), NpgsqlDbType.Text)
            .AddAll(Column(market => PgParameters.Kept(market.Quote)), NpgsqlDbType.Text)
            .AddAll(Column(market => market.Active), NpgsqlDbType.Boolean)
            .AddAll(Column(market => MarketVolume.Bucket(market.VolumeUsd)), NpgsqlDbType.Bigint)
            .AddAll(Column(market => market.Volume), NpgsqlDbType.Numeric)
            .AddAll(Column(market => market.VolumeUsd), NpgsqlDbType.Numeric)
            .AddAll(Column(market => market.Last), NpgsqlDbType.Numeric)
            .AddAll(Column(market => market.Bid), NpgsqlDbType.Numeric)
            .AddAll(Column(market => market.Ask), NpgsqlDbType.Numeric)
            .AddAll(Column(market => market.VenueTime is { } at ? PgParameters.Kept(at) : (DateTimeOffset?)null), NpgsqlDbType.TimestampTz);

        T[] Column<T>(Func<MarketRow, T> of)
        {
            var column = new T[markets.Count];
            for (var i = 0; i < column.Length; i++)
            {
                column[i] = of(markets[i]);
            }

            return column;
        }
    }
}
