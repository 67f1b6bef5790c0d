using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>The events of a batch in one command, column by column.</summary>
internal static class EventArrays
{
    private const string Insert =
        """
        INSERT INTO mm.event (entity, shard, actor, seq, kind, version, at, data)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    /// <summary>The command; null where there are no events.</summary>
    public static NpgsqlBatchCommand? Command(IReadOnlyList<AppendJob> jobs)
    {
        var count = jobs.Sum(job => job.Write.Events.Count);
        if (count == 0)
        {
            return null;
        }

        var (entities, shards, actors, sequences) = (new short[count], new short[count], new long[count], new long[count]);
        var (kinds, versions, times, data) = (new string[count], new int[count], new long[count], new ReadOnlyMemory<byte>[count]);
        var next = 0;
        foreach (var job in jobs)
        {
            var write = job.Write;
            for (var i = 0; i < write.Events.Count; i++, next++)
            {
                var e = write.Events[i];
                (entities[next], shards[next], actors[next], sequences[next]) = (job.Entity, job.Shard, write.Actor.Id, write.FirstSequence + i);
                (kinds[next], versions[next], times[next]) = (e.Kind, e.Version, EventTime.ToStored(e.At));
                data[next] = e.Data;
            }
        }

        var command = new NpgsqlBatchCommand(Insert);
        new PgParameters(command.Parameters)
            .AddAll(entities, NpgsqlDbType.Smallint).AddAll(shards, NpgsqlDbType.Smallint)
            .AddAll(actors, NpgsqlDbType.Bigint).AddAll(sequences, NpgsqlDbType.Bigint)
            .AddAll(kinds, NpgsqlDbType.Text).AddAll(versions, NpgsqlDbType.Integer)
            .AddAll(times, NpgsqlDbType.Bigint).AddAll(data, NpgsqlDbType.Text);
        return command;
    }
}
