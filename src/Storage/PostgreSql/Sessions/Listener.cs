using MarketManager.Kernel;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Sessions;

/// <summary>Listens for notices, on a session of its own that is opened again whenever it breaks.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    // So that a cancellation that the driver misses costs a moment only.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly PostgresServers _servers;
    private readonly string _settings;
    private readonly Func<NpgsqlConnection, CancellationToken, Task> _begin;
    private readonly Action<string> _heard;
    private readonly Task _listening;

    /// <param name="servers">Where to listen.</param>
    /// <param name="settings">Of the session.</param>
    /// <param name="time">For the pause before the next try.</param>
    /// <param name="begin">Says on a new session what to listen for, and looks what was missed.</param>
    /// <param name="heard">Called with the payload of each notice.</param>
    /// <param name="broke">Called when a session broke, or could not be opened: notices may be missed from then on.</param>
    public Listener(
        PostgresServers servers,
        string settings,
        TimeProvider time,
        Func<NpgsqlConnection, CancellationToken, Task> begin,
        Action<string> heard,
        Action<Exception> broke)
    {
        (_servers, _settings, _begin, _heard) = (servers, settings, begin, heard);
        _listening = Task.Run(() => ListenAgainAndAgain(time, broke));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAllAsync();
            await _listening;
            _stop.Dispose();
        }
    }

    private async Task ListenAgainAndAgain(TimeProvider time, Action<Exception> broke)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Listen();
            }
            catch (Exception e)
            {
                if (!_stop.IsCancellationRequested)
                {
                    broke(e);
                }
            }

            await Task.Delay(RetryAfter, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Listen()
    {
        var (connection, server) = await _servers.OpenAsync(_settings, _stop.Token);
        await using var _ = connection;
        connection.Notification += (_, notice) => _heard(notice.Payload);
        await _begin(connection, _stop.Token);
        while (_servers.IsCurrent(server)) // one that was replaced may live on, and say nothing any more
        {
            await connection.WaitAsync(Longest, _stop.Token);
        }
    }
}
