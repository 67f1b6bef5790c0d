using System.Text;
using MarketManager.Kernel;
using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>
/// Some writes as one message to the server and one transaction: the fence, all events, then snapshots and rows. Without a BEGIN
/// and a COMMIT of its own, all up to the end of the message is one transaction, so that it takes one round trip, and no pause
/// between two statements can be the client's.
/// </summary>
internal sealed class AppendBatch
{
    private const string FenceCall = "SELECT mm.fence($1, $2::int, $3, $4, $5)";

    private const string Snapshot =
        """
        INSERT INTO mm.snapshot AS s (entity, shard, actor, seq, data) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (entity, shard, actor) DO UPDATE SET seq = excluded.seq, data = excluded.data WHERE excluded.seq > s.seq
        """;

    private readonly HashSet<Fence> _fences = [];
    private readonly List<string> _roles = [];
    private readonly List<int> _shards = [];
    private readonly List<long> _epochs = [];
    private readonly NpgsqlBatchCommand _fence = new(FenceCall);
    private readonly EventArrays _events = new();
    private readonly int _seconds;

    public AppendBatch(Guid incarnation, int lane, TimeSpan patience)
    {
        new PgParameters(_fence.Parameters).Add(incarnation).Add(lane)
            .AddAll(_roles, NpgsqlDbType.Text).AddAll(_shards, NpgsqlDbType.Integer).AddAll(_epochs, NpgsqlDbType.Bigint);
        _seconds = (int)Math.Ceiling(patience.TotalSeconds);
    }

    /// <summary>Makes what a job does besides its events.</summary>
    /// <exception cref="NotSupportedException">There is no table for a row.</exception>
    /// <exception cref="RowConflictException">A row breaks a rule that can be seen without the store.</exception>
    public static void Prepare(AppendJob job)
    {
        var commands = new List<NpgsqlBatchCommand>();
        if (job.Write.Snapshot is { } snapshot)
        {
            RowCommands.New(commands, Snapshot).Add(job.Entity).Add(job.Shard).Add(job.Write.Actor.Id)
                .Add(snapshot.Sequence).Add(Encoding.UTF8.GetString(snapshot.Data.Span));
        }

        foreach (var row in job.Write.Rows)
        {
            RowCommands.Add(commands, row);
        }

        job.Commands = commands;
    }

    /// <summary>Commits them all; whatever it throws from the server, nothing was written.</summary>
    public async Task Commit(NpgsqlConnection connection, IReadOnlyList<AppendJob> jobs)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = _seconds };
        batch.BatchCommands.Add(_fence);
        AddFences(jobs);
        _events.Clear();
        foreach (var job in jobs)
        {
            _events.Add(job);
        }

        if (_events.Count > 0)
        {
            batch.BatchCommands.Add(_events.Command);
        }

        foreach (var job in jobs)
        {
            foreach (var command in job.Commands!)
            {
                batch.BatchCommands.Add(command);
            }
        }

        await batch.ExecuteNonQueryAsync();
    }

    private void AddFences(IReadOnlyList<AppendJob> jobs)
    {
        _fences.Clear();
        _roles.Clear();
        _shards.Clear();
        _epochs.Clear();
        foreach (var job in jobs)
        {
            if (job.Write.Fence is { } fence && _fences.Add(fence))
            {
                _roles.Add(fence.Role);
                _shards.Add(fence.Shard);
                _epochs.Add(fence.Epoch);
            }
        }
    }
}
