using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Sessions;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Membership;

/// <summary>Listens for changes that others made, on a session of its own that is opened again whenever it breaks.</summary>
internal sealed class Newsletter : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    // So that a cancellation that the driver misses costs a moment only.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    /// <param name="servers">Where to listen.</param>
    /// <param name="settings">Of the session.</param>
    /// <param name="time">For the pause before the next try.</param>
    /// <param name="news">Called with every change, and when the session breaks: then it is worth looking, too.</param>
    public Newsletter(PostgresServers servers, string settings, TimeProvider time, Action news) =>
        _reading = Task.Run(() => Read(servers, settings, time, news));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAllAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task Read(PostgresServers servers, string settings, TimeProvider time, Action news)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = (await servers.OpenAsync(settings, _stop.Token)).Connection;
                connection.Notification += (_, _) => news();
                await using (var listen = new NpgsqlCommand("LISTEN mm", connection))
                {
                    await listen.ExecuteNonQueryAsync(_stop.Token);
                }

                while (true)
                {
                    await connection.WaitAsync(Longest, _stop.Token);
                }
            }
            catch (Exception)
            {
                // News are a hint; that they are missing costs half a second.
            }

            if (!_stop.IsCancellationRequested)
            {
                news();
                await Task.Delay(RetryAfter, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
