using System.Text.Json;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Sessions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Budgets;

/// <summary>Listens for venues that want to be left alone, on a session of its own that is opened again whenever it breaks.</summary>
internal sealed partial class BlockNews : IAsyncDisposable
{
    private const string ListenAndLook = """
        LISTEN mm_budget;
        SELECT venue, egress, mm.block_left(at, length) FROM mm.budget_block;
        """;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    // So that a cancellation that the driver misses costs a moment only.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly PostgresServers _servers;
    private readonly string _settings;
    private readonly TimeProvider _time;
    private readonly Action<BudgetBlock> _news;
    private readonly ILogger _log;
    private readonly Task _reading;

    public BlockNews(PostgresServers servers, TimeProvider time, Action<BudgetBlock> news, ILogger log)
    {
        var settings = PostgresSession.Common(servers.ConnectionString, "mm budget news");
        settings.Pooling = false;
        (_servers, _settings, _time, _news, _log) = (servers, settings.ConnectionString, time, news, log);
        _reading = Read();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAllAsync();
            await _reading;
            _stop.Dispose();
        }
    }

    private async Task Read()
    {
        await Task.Yield(); // whoever makes one does not wait for its first session
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Listen();
            }
            catch (Exception e)
            {
                // Who claims hears of blocks as well: what is missing here comes a slice later.
                if (!_stop.IsCancellationRequested)
                {
                    LogBroken(_log, e.Message);
                }
            }

            await Task.Delay(RetryAfter, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Listen()
    {
        await using var connection = (await _servers.OpenAsync(_settings, _stop.Token)).Connection;
        connection.Notification += (_, notice) => Heard(notice.Payload);
        await using (var listen = new NpgsqlCommand(ListenAndLook, connection))
        {
            await using var rows = await listen.ExecuteReaderAsync(_stop.Token);
            while (await rows.ReadAsync(_stop.Token))
            {
                Tell(new BudgetBlock(rows.GetString(0), rows.GetString(1), rows.GetTimeSpan(2)));
            }
        }

        while (true)
        {
            await connection.WaitAsync(Longest, _stop.Token);
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
