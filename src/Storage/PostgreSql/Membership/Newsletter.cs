using Npgsql;

namespace MarketManager.Storage.PostgreSql.Membership;

/// <summary>Listens for changes that others made, on a session of its own that is opened again whenever it breaks.</summary>
internal sealed class Newsletter : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    /// <param name="connectionString">For the session.</param>
    /// <param name="time">For the pause before the next try.</param>
    /// <param name="news">Called with every change, and when the session breaks: then it is worth looking, too.</param>
    public Newsletter(string connectionString, TimeProvider time, Action news) =>
        _reading = Task.Run(() => Read(connectionString, time, news));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task Read(string connectionString, TimeProvider time, Action news)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connectionString);
                connection.Notification += (_, _) => news();
                await connection.OpenAsync(_stop.Token);
                await using (var listen = new NpgsqlCommand("LISTEN mm", connection))
                {
                    await listen.ExecuteNonQueryAsync(_stop.Token);
                }

                while (true)
                {
                    await connection.WaitAsync(_stop.Token);
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
