using MarketManager.Chaos.Tests.Rig;
using Npgsql;

namespace MarketManager.Chaos.Tests.Checking;

/// <summary>Looks at owners, epochs and runs several times a second, and keeps what changed.</summary>
internal sealed class Sampler : IAsyncDisposable
{
    /// <summary>What its looks are off by.</summary>
    public static readonly TimeSpan Blur = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    // What the store's absence leaves to be done takes a moment more.
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(3);

    private readonly ClusterRig _rig;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<(string, int), ShardSeen> _last = [];
    private readonly List<ShardSeen> _shards = [];
    private readonly Dictionary<Guid, RunSeen> _running = [];
    private readonly Task _sampling;
    private readonly List<Span> _excused = [];
    private long _excusedUntil = long.MinValue;

    public Sampler(ClusterRig rig)
    {
        _rig = rig;
        _sampling = Task.Run(Sample);
    }

    public IReadOnlyList<ShardSeen> Shards => _shards;

    public IReadOnlyList<RunSeen> Running => [.. _running.Values];

    /// <summary>When nobody could reach the store, and what that left to be done.</summary>
    public IReadOnlyList<Span> Excused => _excused;

    /// <summary>Nobody could reach the store until now: for so long no run can begin or get its outcome.</summary>
    public void Excuse(DateTimeOffset from)
    {
        _excused.Add(new Span(from, TimeProvider.System.GetUtcNow() + Aftermath));
        Volatile.Write(
            ref _excusedUntil, TimeProvider.System.GetTimestamp() + (long)(Aftermath.TotalSeconds * TimeProvider.System.TimestampFrequency));
    }

    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _sampling;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _stop.Dispose();
    }

    private async Task Sample()
    {
        long last = 0;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(_rig.Server.ConnectionString(_rig.Database) + ";Pooling=false;Timeout=2;Command Timeout=2");
                await connection.OpenAsync(_stop.Token);
                while (!_stop.IsCancellationRequested)
                {
                    var now = TimeProvider.System.GetTimestamp();
                    var counts = last != 0 && now > Volatile.Read(ref _excusedUntil);
                    await Look(connection, counts ? TimeProvider.System.GetElapsedTime(last, now) : TimeSpan.Zero);
                    last = now;
                    await Task.Delay(Every, TimeProvider.System, _stop.Token);
                }
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException or TimeoutException)
            {
                last = 0;
                await Task.Delay(Every, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Look(NpgsqlConnection connection, TimeSpan since)
    {
        await using var command = new NpgsqlCommand(
            "SELECT role, no, owner, epoch FROM mm.shard; SELECT run_id, exchange FROM mm.run WHERE state = 'running'", connection);
        await using var rows = await command.ExecuteReaderAsync(_stop.Token);
        while (await rows.ReadAsync(_stop.Token))
        {
            var seen = new ShardSeen(rows.GetString(0), rows.GetInt32(1), rows.IsDBNull(2) ? null : rows.GetGuid(2), rows.GetInt64(3));
            if (_last.GetValueOrDefault((seen.Role, seen.No)) != seen)
            {
                _last[(seen.Role, seen.No)] = seen;
                _shards.Add(seen);
            }
        }

        await rows.NextResultAsync(_stop.Token);
        while (await rows.ReadAsync(_stop.Token))
        {
            var run = rows.GetGuid(0);
            _running[run] = _running.TryGetValue(run, out var before)
                ? before with { For = before.For + since }
                : new RunSeen(run, rows.GetInt64(1), TimeSpan.Zero);
        }
    }
}
