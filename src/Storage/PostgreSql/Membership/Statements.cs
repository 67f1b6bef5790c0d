namespace MarketManager.Storage.PostgreSql.Membership;

/// <summary>What membership says to PostgreSQL. Locks are taken in one order: node, lane, cluster, shard. Only
/// who ends a member changes its shards before the cluster's row, under the locks of all its lanes, for which everybody else waits first.</summary>
internal static class Statements
{
    /// <summary>A server's timeline, which rises when a standby is promoted; 0 as long as it is a standby.</summary>
    public const string Timeline = """
        CASE WHEN pg_is_in_recovery() THEN 0
             ELSE ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int END
        """;

    /// <summary>The server: whether it is the one that it should be. A lower timeline is that of an old primary.</summary>
    public const string Server = $"""
        SELECT pg_is_in_recovery(), pg_backend_pid(), (SELECT system_identifier FROM pg_control_system()), {Timeline},
          c.system_identifier, c.timeline
        FROM mm.cluster c
        """;

    /// <summary>Makes the cluster's row, where there is none.</summary>
    public const string FirstServer = $"""
        INSERT INTO mm.cluster (system_identifier, timeline)
        SELECT (SELECT system_identifier FROM pg_control_system()), {Timeline} ON CONFLICT DO NOTHING
        """;

    /// <summary>
    /// After a promotion: what was acknowledged by the old primary only may be missing, so that no earlier right counts. It does not
    /// wait for a standby: a server that has just been promoted may have none.
    /// </summary>
    public const string RaiseEpochs = """
        SELECT set_config('synchronous_commit', 'local', true);
        SELECT 1 FROM mm.lane WHERE alive ORDER BY inc, no FOR UPDATE;
        SELECT 1 FROM mm.cluster FOR UPDATE;
        UPDATE mm.shard SET epoch = epoch + (1::bigint << 40)
        WHERE EXISTS (SELECT 1 FROM mm.cluster WHERE (system_identifier, timeline) IS DISTINCT FROM (@identifier, @timeline));
        UPDATE mm.cluster SET system_identifier = @identifier, timeline = @timeline;
        NOTIFY mm;
        """;

    /// <summary>Takes the lock of presence, if it can be had now.</summary>
    public const string TryPresence = "SELECT pg_try_advisory_lock(@key)";

    /// <summary>Ends this incarnation's own earlier session, which the server takes for alive, and waits a little.</summary>
    public const string EndEarlierPresence = """
        SELECT pg_terminate_backend(pid), pg_sleep(0.02) FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid <> pg_backend_pid()
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND ((classid::bigint << 32) | objid::bigint) = @key
        """;

    /// <summary>Everything, in one snapshot. pg_locks is read once, and blocks nobody.</summary>
    public const string Look = """
        WITH held AS MATERIALIZED (
          SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_locks
          WHERE locktype = 'advisory' AND objsubid = 1 AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
        SELECT 0 AS what, id, NULL AS name, NULL AS address, NULL::text[] AS roles, level, NULL::bigint AS number,
          NULL::boolean AS flag, NULL::boolean AS present, NULL::timestamptz AS at, NULL::uuid AS wanted, NULL::interval AS lease
        FROM mm.cluster
        UNION ALL
        SELECT 1, inc, name, address, roles, level, beat, leaving, key IN (SELECT key FROM held), joined, NULL, lease FROM mm.node WHERE alive
        UNION ALL
        SELECT 2, owner, role, NULL, NULL, no, epoch, NULL, NULL, NULL, wanted, NULL FROM mm.shard
        """;

    /// <summary>A sign of life.</summary>
    public const string Beat = "UPDATE mm.node SET beat = beat + 1 WHERE inc = @me AND alive";

    /// <summary>Becomes a member. That it is one already, because a reply was lost, is no conflict.</summary>
    public const string Join = """
        INSERT INTO mm.node (inc, name, address, roles, level, key, lease) VALUES (@me, @name, @address, @roles, @level, @key, @lease)
        ON CONFLICT (inc) DO NOTHING;
        INSERT INTO mm.lane (inc, no) SELECT @me, no FROM generate_series(0, @lanes - 1) AS no ON CONFLICT DO NOTHING;
        DELETE FROM mm.node n WHERE NOT alive AND ended < now() - interval '7 days'
          AND NOT EXISTS (SELECT 1 FROM mm.shard s WHERE s.owner = n.inc);
        NOTIFY mm;
        SELECT level, id, seal FROM mm.cluster FOR UPDATE;
        """;

    /// <summary>From now on the cluster has this secret.</summary>
    public const string Seal = "UPDATE mm.cluster SET seal = @seal";

    /// <summary>Once all that live understand newer kinds of events, they may be written. The row is locked before the nodes are read.</summary>
    public const string RaiseLevel = """
        SELECT 1 FROM mm.cluster FOR UPDATE;
        UPDATE mm.cluster SET level = lowest
        FROM (SELECT min(level) AS lowest FROM mm.node WHERE alive) AS living WHERE level < lowest;
        """;

    /// <summary>The members whose process has a connection; read where nobody can become one.</summary>
    public const string Living = """
        SELECT name FROM mm.node WHERE alive AND key IN (
          SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
          WHERE locktype = 'advisory' AND objsubid = 1 AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
        ORDER BY name
        """;

    /// <summary>Whether there are members besides this one, present or not.</summary>
    public const string HasOthers = "SELECT EXISTS (SELECT 1 FROM mm.node WHERE alive AND inc <> @me)";

    /// <summary>Where the life of a name is.</summary>
    public const string AddressOf = "SELECT address FROM mm.node WHERE name = @name AND alive";

    /// <summary>Whether a node still is what it was taken for; no beat: whether it lives at all. Locks it.</summary>
    public const string LockNode = "SELECT 1 FROM mm.node WHERE inc = @dead AND alive AND beat = coalesce(@beat, beat) FOR UPDATE";

    /// <summary>Ends a life: waits for its commits under way, then nothing of it can be written any more, then its shards are free.</summary>
    public const string End = """
        SELECT 1 FROM mm.lane WHERE inc = @dead ORDER BY no FOR UPDATE;
        UPDATE mm.lane SET alive = false WHERE inc = @dead;
        UPDATE mm.node SET alive = false, ended = now(), reason = @reason WHERE inc = @dead;
        UPDATE mm.shard SET owner = NULL, epoch = epoch + 1 WHERE owner = @dead;
        NOTIFY mm;
        """;

    /// <summary>Ends the sessions of a dead node: one that froze while it wrote holds its lane for as long as it is frozen.</summary>
    public const string Terminate =
        "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = @name AND pid <> pg_backend_pid()";

    /// <summary>Whether this node lives; it stays so until the claim is committed.</summary>
    /// <remarks>
    /// Keeps off who would end it (FOR UPDATE) and not its own sign of life, for which the thread that is to go on with the claim
    /// would wait.
    /// </remarks>
    public const string LockMe = "SELECT 1 FROM mm.node WHERE inc = @me AND alive FOR KEY SHARE";

    /// <summary>Takes free shards: those that are meant for this node, then those that are meant for nobody who could take them.</summary>
    public const string Claim = """
        UPDATE mm.shard SET owner = @me, epoch = epoch + 1, wanted = NULL WHERE (role, no) IN (
          SELECT s.role, s.no FROM mm.shard s
          WHERE s.owner IS NULL AND s.role = @role AND (s.wanted IS NULL OR s.wanted = @me OR NOT EXISTS (
            SELECT 1 FROM mm.node n WHERE n.inc = s.wanted AND n.alive AND NOT n.leaving AND s.role = ANY (n.roles)))
          ORDER BY (s.wanted = @me) IS TRUE DESC, s.no LIMIT @most FOR UPDATE SKIP LOCKED)
        RETURNING no, epoch
        """;

    /// <summary>Gives a shard free, after this node's writes under way.</summary>
    public const string Release = """
        SELECT 1 FROM mm.lane WHERE inc = @me ORDER BY no FOR UPDATE;
        UPDATE mm.shard SET owner = NULL, epoch = epoch + 1, wanted = @wanted
        WHERE role = @role AND no = @no AND owner = @me AND epoch = @epoch RETURNING no;
        """;

    /// <summary>Says whether it leaves. In one message, and so one transaction: its own sign of life would wait for an open one.</summary>
    public const string SetLeaving = "UPDATE mm.node SET leaving = @leaving WHERE inc = @me AND alive; NOTIFY mm";
}
