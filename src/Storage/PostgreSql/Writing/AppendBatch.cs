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
/// <remarks>Commands are made anew for each try: the driver may still be busy with those of one that has failed.</remarks>
/// <param name="incarnation">Who writes.</param>
/// <param name="lane">On which lane.</param>
/// <param name="patience">How long the server may take.</param>
internal sealed class AppendBatch(Guid incarnation, int lane, TimeSpan patience)
{
    private const string Snapshot =
        """
        INSERT INTO mm.snapshot AS s (entity, shard, actor, seq, data) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (entity, shard, actor) DO UPDATE SET seq = excluded.seq, data = excluded.data WHERE excluded.seq > s.seq
        """;

    private readonly int _seconds = (int)Math.Ceiling(patience.TotalSeconds);

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

    /// <summary>Commits them all; whatever the server refuses, nothing was written.</summary>
    public async Task Commit(NpgsqlConnection connection, IReadOnlyList<AppendJob> jobs)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = _seconds };
        batch.BatchCommands.Add(Fence(jobs));
        if (EventArrays.Command(jobs) is { } events)
        {
            batch.BatchCommands.Add(events);
        }

        foreach (var job in jobs)
        {
            if (job.WasSent)
            {
                Prepare(job);
            }

            job.WasSent = true;
            foreach (var command in job.Commands!)
            {
                batch.BatchCommands.Add(command);
            }
        }

        await batch.ExecuteNonQueryAsync();
    }

    private NpgsqlBatchCommand Fence(IReadOnlyList<AppendJob> jobs)
    {
        var fences = new HashSet<Fence>();
        foreach (var job in jobs)
        {
            if (job.Write.Fence is { } fence)
            {
                fences.Add(fence);
            }
        }

        var command = new NpgsqlBatchCommand("SELECT mm.fence($1, $2::int, $3, $4, $5)");
        new PgParameters(command.Parameters).Add(incarnation).Add(lane)
            .AddAll(fences.Select(fence => fence.Role).ToArray(), NpgsqlDbType.Text)
            .AddAll(fences.Select(fence => fence.Shard).ToArray(), NpgsqlDbType.Integer)
            .AddAll(fences.Select(fence => fence.Epoch).ToArray(), NpgsqlDbType.Bigint);
        return command;
    }
}
