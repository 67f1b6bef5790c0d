using System.Text;
using MarketManager.Kernel;
using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>What became of a batch whose answer was lost with its session.</summary>
internal enum Fate
{
    /// <summary>All of it is durable.</summary>
    Committed,

    /// <summary>Nothing of it was written, and nothing will be.</summary>
    Absent,

    /// <summary>It left nothing by which it could be told.</summary>
    Unknown,
}

/// <summary>Finds out what became of a batch whose session is gone.</summary>
/// <param name="incarnation">Who wrote it.</param>
/// <param name="lane">On which lane; that lock tells whether the transaction has ended.</param>
/// <param name="applicationName">Of the sessions of that incarnation.</param>
/// <param name="patience">How long the server may take.</param>
internal sealed class LostBatch(Guid incarnation, int lane, string applicationName, TimeSpan patience)
{
    // A session that does not end although it was told to, such as a stopped process, is waited for again.
    private const string LockPatience = "500ms";

    private readonly int _seconds = (int)Math.Ceiling(patience.TotalSeconds);

    /// <summary>Ends the old session, waits until its transaction has ended, and looks for the first event that it brought.</summary>
    /// <exception cref="PostgresException">MM001: this incarnation is dead. 55P03: the old session still holds its lane.</exception>
    public async Task<Fate> Find(NpgsqlConnection connection, int oldSession, IReadOnlyList<AppendJob> jobs)
    {
        var marker = jobs.FirstOrDefault(job => job.Write.Events.Count > 0);
        await End(connection, oldSession);
        await using var batch = new NpgsqlBatch(connection) { Timeout = _seconds };
        var commands = new List<NpgsqlBatchCommand>();
        RowCommands.New(commands, $"SELECT set_config('lock_timeout', '{LockPatience}', true)");
        RowCommands.New(commands, "SELECT mm.fence($1, $2::int, '{}', '{}', '{}')").Add(incarnation).Add(lane);
        RowCommands.New(
            commands,
            """
            SELECT e.kind, e.version, e.at, e.data, (SELECT max(seq) FROM mm.snapshot WHERE entity = $1 AND shard = $2 AND actor = $3)
            FROM (SELECT 1) AS one LEFT JOIN mm.event e ON e.entity = $1 AND e.shard = $2 AND e.actor = $3 AND e.seq = $4
            """)
            .Add(marker?.Entity ?? 0L).Add(marker?.Shard ?? 0L).Add(marker?.Write.Actor.Id ?? 0L).Add(marker?.Write.FirstSequence ?? 0L);

        // What is seen may not have reached the standby that a commit waits for; this one's commit waits for all before it.
        RowCommands.New(commands, "SELECT pg_logical_emit_message(true, 'mm', '')");
        commands.ForEach(batch.BatchCommands.Add);
        await using var answer = await batch.ExecuteReaderAsync();
        await answer.NextResultAsync();
        await answer.NextResultAsync();
        await answer.ReadAsync();
        var fate = marker is null ? Fate.Unknown : Judge(answer, marker.Write);
        await answer.CloseAsync();
        return fate;
    }

    /// <summary>Ends a session: it might still begin what it has received, better it never does.</summary>
    public async Task End(NpgsqlConnection connection, int session)
    {
        await using var end = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2 AND pid <> pg_backend_pid()",
            connection)
        {
            CommandTimeout = _seconds,
        };
        end.Parameters.Add(new NpgsqlParameter<int> { TypedValue = session, NpgsqlDbType = NpgsqlDbType.Integer });
        end.Parameters.Add(new NpgsqlParameter<string> { TypedValue = applicationName, NpgsqlDbType = NpgsqlDbType.Text });
        await end.ExecuteNonQueryAsync();
    }

    private static Fate Judge(NpgsqlDataReader found, JournalWrite write)
    {
        if (found.IsDBNull(0))
        {
            // Behind a snapshot it may have been written and forgotten.
            return !found.IsDBNull(4) && found.GetInt64(4) >= write.FirstSequence ? Fate.Unknown : Fate.Absent;
        }

        var first = write.Events[0];
        var isOurs = found.GetString(0) == first.Kind && found.GetInt32(1) == first.Version
            && found.GetInt64(2) == EventTime.ToStored(first.At) && found.GetString(3) == Encoding.UTF8.GetString(first.Data.Span);
        return isOurs ? Fate.Committed : Fate.Absent;
    }
}
