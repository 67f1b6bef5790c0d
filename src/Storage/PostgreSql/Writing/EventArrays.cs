using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>The events of a batch in one command, column by column. Used again and again.</summary>
internal sealed class EventArrays
{
    private const string Insert =
        """
        INSERT INTO mm.event (entity, shard, actor, seq, kind, version, at, data)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    private readonly List<short> _entities = [];
    private readonly List<short> _shards = [];
    private readonly List<long> _actors = [];
    private readonly List<long> _sequences = [];
    private readonly List<string> _kinds = [];
    private readonly List<int> _versions = [];
    private readonly List<long> _times = [];
    private readonly List<string> _data = [];

    public EventArrays() => new PgParameters(Command.Parameters)
        .AddAll(_entities, NpgsqlDbType.Smallint).AddAll(_shards, NpgsqlDbType.Smallint)
        .AddAll(_actors, NpgsqlDbType.Bigint).AddAll(_sequences, NpgsqlDbType.Bigint)
        .AddAll(_kinds, NpgsqlDbType.Text).AddAll(_versions, NpgsqlDbType.Integer)
        .AddAll(_times, NpgsqlDbType.Bigint).AddAll(_data, NpgsqlDbType.Text);

    public NpgsqlBatchCommand Command { get; } = new(Insert);

    public int Count => _actors.Count;

    public void Clear()
    {
        _entities.Clear();
        _shards.Clear();
        _actors.Clear();
        _sequences.Clear();
        _kinds.Clear();
        _versions.Clear();
        _times.Clear();
        _data.Clear();
    }

    public void Add(AppendJob job)
    {
        var write = job.Write;
        for (var i = 0; i < write.Events.Count; i++)
        {
            var e = write.Events[i];
            _entities.Add(job.Entity);
            _shards.Add(job.Shard);
            _actors.Add(write.Actor.Id);
            _sequences.Add(write.FirstSequence + i);
            _kinds.Add(e.Kind);
            _versions.Add(e.Version);
            _times.Add(EventTime.ToStored(e.At));
            _data.Add(Encoding.UTF8.GetString(e.Data.Span));
        }
    }
}
