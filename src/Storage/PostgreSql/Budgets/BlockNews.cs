using System.Text.Json;
using MarketManager.Actors.Venues;
using MarketManager.Storage.PostgreSql.Sessions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Budgets;

/// <summary>Hears of venues that want to be left alone.</summary>
internal sealed partial class BlockNews : IAsyncDisposable
{
    private const string ListenAndLook = """
        LISTEN mm_budget;
        SELECT venue, egress, mm.block_left(at, length) FROM mm.budget_block;
        """;

    private readonly Action<BudgetBlock> _news;
    private readonly Listener _listener;

    public BlockNews(PostgresServers servers, TimeProvider time, Action<BudgetBlock> news, ILogger log)
    {
        var settings = PostgresSession.Common(servers.ConnectionString, "mm budget news");
        settings.Pooling = false;
        _news = news;

        // Who claims hears of blocks as well: what is missing here comes a slice later.
        _listener = new Listener(servers, settings.ConnectionString, time, Begin, Heard, e => LogBroken(log, e.Message));
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task Begin(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var listen = new NpgsqlCommand(ListenAndLook, connection);
        await using var rows = await listen.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            Tell(new BudgetBlock(rows.GetString(0), rows.GetString(1), rows.GetTimeSpan(2)));
        }
    }

    private void Heard(string payload)
    {
        using var json = JsonDocument.Parse(payload);
        var block = json.RootElement;
        Tell(new BudgetBlock(block[0].GetString()!, block[1].GetString()!, TimeSpan.FromSeconds(block[2].GetDouble())));
    }

    private void Tell(BudgetBlock block)
    {
        if (block.Length > TimeSpan.Zero)
        {
            _news(block);
        }
    }

    [LoggerMessage(60, LogLevel.Debug, "the session that hears of blocked venues is opened again: {Reason}")]
    private static partial void LogBroken(ILogger log, string reason);
}
