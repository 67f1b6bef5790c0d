using System.Text.Json;
using MarketManager.Actors.Venues;
using MarketManager.Cluster.Budgets;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Sessions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Budgets;

/// <summary>The books of all nodes' budgets in PostgreSQL: read, decided on here, written where nobody was faster.</summary>
/// <remarks>No lock is ever held across a round trip, so a node that freezes holds nobody up. Writes wait for the server's own
/// disk, not for a standby: what a promoted standby lacks are the last grants of some milliseconds.</remarks>
internal sealed class PostgresBudgets : IBudgetLedger, IAsyncDisposable
{
    // Each failed try is another node's success.
    private const int Tries = 50;

    private const string LookAtOne = """
        SELECT extract(epoch FROM clock_timestamp())::float8, b.version, b.book, coalesce(mm.block_left(k.at, k.length), interval '0')
        FROM (SELECT $1 AS venue, $2 AS egress, $3 AS part) AS a LEFT JOIN mm.budget b USING (venue, egress, part)
        LEFT JOIN mm.budget_block k USING (venue, egress)
        """;

    private const string LookAtAll = """
        SELECT extract(epoch FROM clock_timestamp())::float8, b.venue, b.egress, b.part, b.book, coalesce(mm.block_left(k.at, k.length), interval '0')
        FROM mm.budget b LEFT JOIN mm.budget_block k USING (venue, egress) ORDER BY b.venue, b.egress, b.part
        """;

    private const string Update = """
        UPDATE mm.budget SET version = version + 1, book = $4, touched = now()
        WHERE venue = $1 AND egress = $2 AND part = $3 AND version = $5
        """;

    // New accounts are rare: the moment to forget those that nobody uses any more.
    private const string Insert = """
        WITH forgotten AS (DELETE FROM mm.budget WHERE touched < now() - interval '1 day'),
          over AS (DELETE FROM mm.budget_block WHERE mm.block_left(at, length) = interval '0')
        INSERT INTO mm.budget (venue, egress, part, version, book, touched) VALUES ($1, $2, $3, 1, $4, now()) ON CONFLICT DO NOTHING
        """;

    private const string SetBlock = """
        WITH block AS (
          INSERT INTO mm.budget_block AS b (venue, egress, at, length) VALUES ($1, $2, clock_timestamp(), $3)
          ON CONFLICT (venue, egress) DO UPDATE SET at = excluded.at, length = greatest(excluded.length, mm.block_left(b.at, b.length))
          RETURNING venue, egress, length)
        SELECT pg_notify('mm_budget', json_build_array(venue, egress, extract(epoch FROM length))::text) FROM block
        """;

    private readonly ServerPool _source;
    private readonly BlockNews _news;

    public PostgresBudgets(PostgresServers servers, TimeProvider time, ILogger log)
    {
        var settings = PostgresSession.Common(servers.ConnectionString, "mm budgets");
        settings.MaxPoolSize = 2;
        settings.NoResetOnClose = true;
        settings.CommandTimeout = 3;
        settings.Options = $"{settings.Options} -c synchronous_commit=local".Trim();
        _source = new ServerPool(servers, settings);
        _news = new BlockNews(servers, time, block => Blocked?.Invoke(block), log);
    }

    /// <inheritdoc/>
    public event Action<BudgetBlock>? Blocked;

    /// <inheritdoc/>
    public Task<BudgetGrant> Take(BudgetClaim claim, CancellationToken cancellationToken)
    {
        var isSent = false;
        return _source.Use(async connection =>
        {
            // After a session was lost: what it was granted is lost, and what the claim gave back may be in the book already.
            claim = isSent ? claim with { Returned = [] } : claim;
            for (var i = 0; i < Tries; i++)
            {
                var (clock, version, book, blocked) = await Read(connection, claim.Account, cancellationToken);
                var (next, grant) = book.Take(claim, clock, blocked);
                isSent = true;
                if (await Write(connection, claim.Account, version, next, cancellationToken))
                {
                    return grant;
                }

                isSent = false;
            }

            throw new StoreUnavailableException($"too many nodes claim of {claim.Account.Venue} at once");
        }, cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public Task Block(BudgetBlock block, CancellationToken cancellationToken) => _source.Use(async connection =>
    {
        await using var command = new NpgsqlCommand(SetBlock, connection)
        {
            Parameters = { Text(block.Venue), Text(block.Egress), new NpgsqlParameter<TimeSpan> { TypedValue = block.Length } },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }, cancellationToken).AsTask();

    /// <inheritdoc/>
    public Task<IReadOnlyList<BudgetUse>> Look(CancellationToken cancellationToken) => _source.Use(async connection =>
    {
        var all = new List<BudgetUse>();
        await using var command = new NpgsqlCommand(LookAtAll, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var account = new BudgetAccount(row.GetString(1), row.GetString(2), row.GetString(3));
            all.Add(Parse(row.GetString(4)).Look(account, row.GetDouble(0), row.GetTimeSpan(5)));
        }

        return (IReadOnlyList<BudgetUse>)all;
    }, cancellationToken).AsTask();

    public async ValueTask DisposeAsync()
    {
        await _news.DisposeAsync();
        await _source.DisposeAsync();
    }

    private static async Task<(double Clock, long? Version, BudgetBook Book, TimeSpan Blocked)> Read(
        NpgsqlConnection connection, BudgetAccount account, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LookAtOne, connection)
        {
            Parameters = { Text(account.Venue), Text(account.Egress), Text(account.Part) },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var isThere = !row.IsDBNull(1);
        return (row.GetDouble(0), isThere ? row.GetInt64(1) : null, isThere ? Parse(row.GetString(2)) : BudgetBook.Empty, row.GetTimeSpan(3));
    }

    private static async Task<bool> Write(
        NpgsqlConnection connection, BudgetAccount account, long? version, BudgetBook book, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(version is null ? Insert : Update, connection)
        {
            Parameters = { Text(account.Venue), Text(account.Egress), Text(account.Part), Text(book.ToText()) },
        };
        if (version is { } read)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = read });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static BudgetBook Parse(string text)
    {
        try
        {
            return BudgetBook.Parse(text);
        }
        catch (JsonException e)
        {
            throw new StoreUnavailableException("a budget's book cannot be read", e);
        }
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };
}
