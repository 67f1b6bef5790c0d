using MarketManager.Cluster.Members;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Sessions;
using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Membership;

/// <summary>
/// The session by which a node is seen to be there: it holds the node's advisory lock for as long as it lasts. All calls are
/// synchronous, on the caller's thread.
/// </summary>
internal sealed class Presence : IDisposable
{
    private const int LockTries = 50;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _look;
    private readonly NpgsqlCommand _beat;

    private Presence(NpgsqlConnection connection, int generation, Guid me)
    {
        (_connection, Generation) = (connection, generation);
        _look = new NpgsqlCommand(Statements.Look, connection);
        _beat = new NpgsqlCommand(Statements.Beat, connection) { Parameters = { new("me", me) } };
    }

    /// <summary>Of its server; see <see cref="PostgresServers.IsCurrent"/>.</summary>
    public int Generation { get; }

    /// <summary>Opens it, if the server is the one that it should be, and takes the lock.</summary>
    public static Presence Open(PostgresServers servers, string settings, Guid me)
    {
        var (connection, generation) = servers.Open(settings);
        try
        {
            TakeLock(connection, ClusterSessions.KeyOf(me));
            var presence = new Presence(connection, generation, me);
            presence._look.Prepare();
            presence._beat.Prepare();
            return presence;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public bool Beat() => _beat.ExecuteNonQuery() == 1;

    public ClusterSight Look()
    {
        var cluster = default(Guid);
        var level = 0;
        List<Member> members = [];
        Dictionary<string, ShardOwner[]> shards = [];
        Dictionary<Guid, long> beats = [];
        HashSet<Guid> present = [];
        using var rows = _look.ExecuteReader();
        while (rows.Read())
        {
            switch (rows.GetInt32(0))
            {
                case 0:
                    (cluster, level) = (rows.GetGuid(1), rows.GetInt32(5));
                    break;
                case 1:
                    var member = new Member(
                        rows.GetGuid(1), rows.GetString(2), new Uri(rows.GetString(3)), rows.GetFieldValue<string[]>(4),
                        rows.GetInt32(5), rows.GetBoolean(7), rows.GetFieldValue<DateTimeOffset>(9), rows.IsDBNull(11) ? null : rows.GetTimeSpan(11));
                    members.Add(member);
                    beats[member.Incarnation] = rows.GetInt64(6);
                    if (rows.GetBoolean(8))
                    {
                        present.Add(member.Incarnation);
                    }

                    break;
                default:
                    var role = rows.GetString(2);
                    if (!shards.TryGetValue(role, out var owners))
                    {
                        shards[role] = owners = new ShardOwner[Shard.Count];
                    }

                    owners[rows.GetInt32(5)] = new ShardOwner(
                        rows.IsDBNull(1) ? null : rows.GetGuid(1), rows.GetInt64(6), rows.IsDBNull(10) ? null : rows.GetGuid(10));
                    break;
            }
        }

        members.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        var view = new ClusterView(cluster, level, default, members, shards.ToDictionary(role => role.Key, role => (IReadOnlyList<ShardOwner>)role.Value));
        return new ClusterSight(view, beats, present);
    }

    public void Dispose()
    {
        _look.Dispose();
        _beat.Dispose();
        _connection.Dispose();
    }

    /// <remarks>A waiting pg_advisory_lock would hold back vacuum.</remarks>
    private static void TakeLock(NpgsqlConnection connection, long key)
    {
        for (var tries = 0; tries < LockTries; tries++)
        {
            using var take = new NpgsqlCommand(Statements.TryPresence, connection);
            take.Parameters.Add(new("key", NpgsqlDbType.Bigint) { Value = key });
            if ((bool)take.ExecuteScalar()!)
            {
                return;
            }

            using var end = new NpgsqlCommand(Statements.EndEarlierPresence, connection);
            end.Parameters.Add(new("key", NpgsqlDbType.Bigint) { Value = key });
            end.ExecuteNonQuery();
        }

        throw new StoreUnavailableException("this node's earlier session at PostgreSQL does not end");
    }
}
