using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;

namespace MarketManager.Storage.Rows;

/// <summary>How an exchange lies in its table, whatever the engine.</summary>
internal static class ExchangeRow
{
    /// <summary>All columns but the id.</summary>
    public const string Fields =
        """
        tenant, name, slug, venue, enabled, interval, logo, url, api_url, options, volume, top_pair, top_pair_volume, created,
        updated, last_update, has_credentials, state, last_run, last_run_id, time_started, next_run, attempt, consecutive_failures,
        error_kind, error_message, error_at, node, version, revision
        """;

    /// <summary>What <see cref="Read"/> reads.</summary>
    public const string Columns = "id, " + Fields;

    /// <summary>Adds <see cref="Fields"/>, and the id behind them.</summary>
    public static T Bind<T>(T parameters, ExchangeView exchange)
        where T : IParameters<T> => parameters
        .Add(exchange.Tenant).Add(exchange.Name).Add(exchange.Slug).Add(exchange.Venue).Add(exchange.Enabled).Add(exchange.Interval)
        .Add(exchange.Logo).Add(exchange.Url).Add(exchange.ApiUrl).Add(exchange.Options).Add(exchange.Volume).Add(exchange.TopPair)
        .Add(exchange.TopPairVolume).Add(exchange.Created).Add(exchange.Updated).Add(exchange.LastUpdate).Add(exchange.HasCredentials)
        .Add(Names.Of(exchange.Status.State)).Add(exchange.Status.LastRun).Add(exchange.Status.LastRunId)
        .Add(exchange.Status.TimeStarted).Add(exchange.Status.NextRun).Add(exchange.Status.Attempt)
        .Add(exchange.Status.ConsecutiveFailures).Add(exchange.Status.LastError?.Kind).Add(exchange.Status.LastError?.Message)
        .Add(exchange.Status.LastError?.At).Add(exchange.Status.Node).Add(exchange.Version).Add(exchange.Revision).Add(exchange.Id);

    public static ExchangeView Read(IRow row) => new(
        row.Long(),
        row.Text(),
        row.Text(),
        row.Text(),
        row.Text(),
        row.Bool(),
        row.Int(),
        row.TextOrNull(),
        row.TextOrNull(),
        row.TextOrNull(),
        row.Text(),
        row.DecimalOrNull(),
        row.TextOrNull(),
        row.DecimalOrNull(),
        row.Time(),
        row.Time(),
        row.TimeOrNull(),
        row.Bool(),
        new ExchangeStatus(
            Names.To<ExchangeCondition>(row.Text()),
            row.TimeOrNull(),
            row.GuidOrNull(),
            row.TimeOrNull(),
            row.TimeOrNull(),
            row.IntOrNull(),
            row.Int(),
            ReadError(row),
            row.Text()),
        row.Long(),
        row.Long());

    /// <summary>The three columns of an error.</summary>
    public static RunError? ReadError(IRow row) =>
        (row.TextOrNull(), row.TextOrNull(), row.TimeOrNull()) is ({ } kind, { } message, { } at) ? new RunError(kind, message, at) : null;
}
