using MarketManager.Actors.Exchanges;
using MarketManager.Kernel;
using MarketManager.Storage.Rows;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite.Writing;

/// <summary>Writes the rows of exchanges.</summary>
internal sealed class ExchangeRowWriter(Connection connection)
{
    private readonly Statement _insert = connection.Prepare(
        """
        INSERT INTO exchange (tenant, name, slug, venue, enabled, interval, logo, url, api_url, options, volume, top_pair,
          top_pair_volume, created, updated, last_update, has_credentials, state, last_run, last_run_id, time_started, next_run,
          attempt, consecutive_failures, error_kind, error_message, error_at, node, version, revision, id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _update = connection.Prepare(
        """
        UPDATE exchange SET tenant = ?, name = ?, slug = ?, venue = ?, enabled = ?, interval = ?, logo = ?, url = ?, api_url = ?,
          options = ?, volume = ?, top_pair = ?, top_pair_volume = ?, created = ?, updated = ?, last_update = ?,
          has_credentials = ?, state = ?, last_run = ?, last_run_id = ?, time_started = ?, next_run = ?, attempt = ?,
          consecutive_failures = ?, error_kind = ?, error_message = ?, error_at = ?, node = ?, version = ?, revision = ?
        WHERE id = ?
        """);

    private readonly Statement _remove = connection.Prepare("DELETE FROM exchange WHERE id = ?");

    // Ids are given out before they are used; one that came from elsewhere must not be given out again.
    private readonly Statement _count = connection.Prepare(
        """
        INSERT INTO counter (name, last) VALUES ('exchange', ?)
        ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE excluded.last > last
        """);

    public void Insert(ExchangeView exchange)
    {
        ExchangeRow.Bind(_insert, exchange).Execute();
        _count.Add(exchange.Id).Execute();
    }

    public void Update(ExchangeView exchange)
    {
        if (ExchangeRow.Bind(_update, exchange).Execute() == 0)
        {
            throw new RowConflictException("exchange_missing");
        }
    }

    public void Remove(long exchange) => _remove.Add(exchange).Execute();
}
