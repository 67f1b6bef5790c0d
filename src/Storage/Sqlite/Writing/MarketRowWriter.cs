using System.Text;
using MarketManager.Actors.Markets;
using MarketManager.Kernel;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite.Writing;

/// <summary>Replaces the markets of an exchange by what a run brought, writing only what differs.</summary>
internal sealed class MarketRowWriter(Connection connection)
{
    private readonly Statement _takeOver = connection.Prepare(
        """
        INSERT INTO market_set (exchange, run_number, updated) VALUES (?, ?, ?)
        ON CONFLICT (exchange) DO UPDATE SET run_number = excluded.run_number, updated = excluded.updated
        WHERE excluded.run_number >= run_number
        """);

    private readonly Statement _stored = connection.Prepare(
        """
        SELECT id, symbol, name, type, base, quote, active, volume_bucket, volume, volume_usd, last, bid, ask, venue_time
        FROM market WHERE exchange = ?
        """);

    private readonly Statement _reprice = connection.Prepare(
        "UPDATE market SET volume = ?, volume_usd = ?, last = ?, bid = ?, ask = ?, venue_time = ? WHERE id = ?");

    private readonly Statement _update = connection.Prepare(
        """
        UPDATE market SET volume = ?, volume_usd = ?, last = ?, bid = ?, ask = ?, venue_time = ?, name = ?, type = ?, base = ?,
          quote = ?, active = ?, volume_bucket = ?
        WHERE id = ?
        """);

    private readonly Statement _insert = connection.Prepare(
        """
        INSERT INTO market (volume, volume_usd, last, bid, ask, venue_time, name, type, base, quote, active, volume_bucket,
          exchange, symbol)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _delete = connection.Prepare("DELETE FROM market WHERE id = ?");
    private readonly Statement _deleteAll = connection.Prepare("DELETE FROM market WHERE exchange = ?");
    private readonly Statement _forget = connection.Prepare("DELETE FROM market_set WHERE exchange = ?");

    // Kept from one call to the next: a run of thousands of markets allocates nothing here.
    private readonly Dictionary<string, MarketRow> _brought = new(StringComparer.Ordinal);
    private readonly List<(long Id, MarketRow Market)> _repriced = [];
    private readonly List<(long Id, MarketRow Market)> _changed = [];
    private readonly List<long> _gone = [];

    /// <summary>Replaces the markets; those of an older run than what is stored are ignored.</summary>
    public void Replace(MarketsReplaced replaced)
    {
        if (_takeOver.Add(replaced.Exchange).Add(replaced.RunNumber).Add(replaced.Updated).Execute() == 0)
        {
            return;
        }

        Index(replaced.Markets);
        Compare(replaced.Exchange);
        foreach (var (id, market) in _repriced)
        {
            AddPrices(_reprice, market).Add(id).Execute();
        }

        foreach (var (id, market) in _changed)
        {
            AddAll(_update, market).Add(id).Execute();
        }

        foreach (var id in _gone)
        {
            _delete.Add(id).Execute();
        }

        foreach (var market in _brought.Values)
        {
            AddAll(_insert, market).Add(replaced.Exchange).Add(market.Symbol).Execute();
        }
    }

    public void Remove(long exchange)
    {
        _deleteAll.Add(exchange).Execute();
        _forget.Add(exchange).Execute();
    }

    private void Index(IReadOnlyList<MarketRow> markets)
    {
        _brought.Clear();
        foreach (var market in markets)
        {
            if (!_brought.TryAdd(market.Symbol, market))
            {
                throw new RowConflictException("market_symbol");
            }
        }
    }

    /// <summary>Sorts what is stored into repriced, changed and gone; what was brought and is not stored stays in the index.</summary>
    private void Compare(long exchange)
    {
        _repriced.Clear();
        _changed.Clear();
        _gone.Clear();
        var brought = _brought.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> buffer = stackalloc char[256];
        _stored.Add(exchange);
        while (_stored.Step())
        {
            var id = _stored.Long();
            var bytes = _stored.Bytes();
            var symbol = bytes.Length <= buffer.Length ? buffer[..Encoding.UTF8.GetChars(bytes, buffer)] : [.. Encoding.UTF8.GetString(bytes)];
            if (!brought.Remove(symbol, out _, out var market))
            {
                _gone.Add(id);
            }
            else if (!SameFacts(market))
            {
                _changed.Add((id, market));
            }
            else if (!SamePrices(market))
            {
                _repriced.Add((id, market));
            }
        }
    }

    // What only changes when the venue lists its markets anew, and the bucket. In the order of the columns.
    private bool SameFacts(MarketRow market) =>
        Same(market.Name) && Same(market.Type) && Same(market.Base) && Same(market.Quote)
        && _stored.BoolOrNull() == market.Active && _stored.LongOrNull() == MarketVolume.Bucket(market.VolumeUsd);

    private bool SamePrices(MarketRow market) =>
        Same(market.Volume) && Same(market.VolumeUsd) && Same(market.Last) && Same(market.Bid) && Same(market.Ask)
        && _stored.LongOrNull() == market.VenueTime?.ToUnixTimeMilliseconds();

    // Text beyond ASCII counts as different: it is then written again, which does no harm.
    private bool Same(string text) => Ascii.Equals(_stored.Bytes(), text);

    private bool Same(decimal? number)
    {
        if (number is not { } known)
        {
            return _stored.SkipNull();
        }

        Span<byte> text = stackalloc byte[40];
        return _stored.Bytes().SequenceEqual(text[..Statement.Format(known, text)]);
    }

    private static Statement AddPrices(Statement statement, MarketRow market) => statement
        .Add(market.Volume).Add(market.VolumeUsd).Add(market.Last).Add(market.Bid).Add(market.Ask).Add(market.VenueTime);

    private static Statement AddAll(Statement statement, MarketRow market) => AddPrices(statement, market)
        .Add(market.Name).Add(market.Type).Add(market.Base).Add(market.Quote).Add(market.Active)
        .Add(MarketVolume.Bucket(market.VolumeUsd));
}
