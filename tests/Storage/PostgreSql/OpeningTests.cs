using System.Globalization;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.PostgreSql.Membership;
using MarketManager.Storage.PostgreSql.Reading;
using MarketManager.Storage.PostgreSql.Sessions;
using MarketManager.Storage.Tests.Contract;
using MarketManager.TestKit.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.PostgreSql;

public sealed class OpeningTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private string _database = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Shared();
        _database = await _server.NewDatabase();
    }

    public Task DisposeAsync() => _server.Drop(_database);

    [Fact]
    public async Task Nodes_that_start_at_once_migrate_once()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Stores.Open(_server, _database).AsTask()));

        Assert.Equal(PostgresMigrations.All.Count, await _server.Ask<long>(_database, "SELECT count(*) FROM mm.migration"));
        Assert.Equal(1, await _server.Ask<long>(_database, "SELECT count(*) FROM mm.cluster"));
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Transaction_pooler_is_refused()
    {
        using var pooler = new FakePooler(_server.Port);
        var settings = _server.ConnectionString(_database).Replace($"Port={_server.Port}", $"Port={pooler.Port}", StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<PostgresUnusableException>(
            async () => await PostgresStore.Open(new PostgresOptions { ConnectionString = settings }, World.Real(), NullLoggerFactory.Instance));

        Assert.Contains("transaction pooler", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:1,127.0.0.1:{0}")]
    [InlineData("127.0.0.1:{0},127.0.0.1:1")]
    public async Task Primary_is_found_among_several_servers(string hosts)
    {
        var settings = new NpgsqlConnectionStringBuilder(_server.ConnectionString(_database))
        {
            Host = string.Format(CultureInfo.InvariantCulture, hosts, _server.Port),
            TargetSessionAttributes = "primary",
        };
        await using var store = await PostgresStore.Open(
            new PostgresOptions { ConnectionString = settings.ConnectionString }, World.Real(), NullLoggerFactory.Instance);
        await store.Enter(await Stores.Join(_server, _database), PostgresStore.Lanes);

        await store.Journal.Append(Append(1, 1, "found"));

        Assert.Equal(["1:1 changed.1 found"], await Recorder.Read(store.Journal));
    }

    [Fact]
    public async Task Server_that_is_not_there_is_named()
    {
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await PostgresStore.Open(
            new PostgresOptions { ConnectionString = "Host=127.0.0.1;Port=1;Username=mm;Database=x" }, World.Real(), NullLoggerFactory.Instance));

        Assert.Contains("127.0.0.1:1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Newer_schema_that_only_expands_stops_nobody()
    {
        await Given("INSERT INTO mm.migration VALUES (9998, '9998_wider', 'x', 0, now())");

        await using var store = await Stores.Open(_server, _database);
    }

    [Fact]
    public async Task Newer_schema_that_needs_a_newer_program_is_refused_by_name()
    {
        await Given("INSERT INTO mm.migration VALUES (9998, '9998_wider', 'x', 0, now()), (9999, '9999_narrower', 'x', 9998, now())");

        var refused = await Assert.ThrowsAsync<SchemaTooNewException>(async () => await Stores.Open(_server, _database));

        Assert.Equal("9999_narrower", refused.Migration);
    }

    [Fact]
    public async Task Changed_migration_is_refused_by_name()
    {
        await Given("UPDATE mm.migration SET checksum = 'x' WHERE number = 2");

        Assert.Equal("0002_journal", (await Assert.ThrowsAsync<MigrationChangedException>(async () => await Stores.Open(_server, _database))).Migration);
    }

    [Fact]
    public async Task Migration_that_fails_leaves_nothing_of_itself()
    {
        await using var connection = await PostgresSession.OpenFirst(new PostgresServers(_server.ConnectionString(_database)), "test", default);
        Migration[] migrations = [new("0001_fine", "CREATE TABLE a (x int)"), new("0002_broken", "CREATE TABLE b (x int); CREATE TABLE a (x int)")];

        await Assert.ThrowsAsync<PostgresException>(async () => await PostgresMigrations.Apply(connection, migrations, Noon, NullLogger.Instance, default));

        Assert.Equal(1, await _server.Ask<long>(_database, "SELECT count(*) FROM pg_class WHERE relname IN ('a', 'b')"));
        Assert.Equal(1, await _server.Ask<long>(_database, "SELECT count(*) FROM mm.migration"));
    }

    [Fact]
    public async Task User_with_rights_on_the_tables_alone_can_start_a_node()
    {
        await Given(
            $"""
            CREATE ROLE limited_{_database} LOGIN;
            GRANT USAGE ON SCHEMA mm TO limited_{_database};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA mm TO limited_{_database};
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA mm TO limited_{_database};
            """);
        var settings = _server.ConnectionString(_database).Replace($"={PostgresServer.User};", $"=limited_{_database};", StringComparison.Ordinal);

        await using var store = await PostgresStore.Open(
            new PostgresOptions { ConnectionString = settings }, World.Real(), NullLoggerFactory.Instance);
        await store.Enter(await Stores.Join(_server, _database), PostgresStore.Lanes);
        await store.Journal.Append(Append(1, 1, "written"));
    }

    [Fact]
    public async Task Node_waits_for_another_ones_migration_longer_than_for_any_other_statement()
    {
        await using var at = await PostgresSession.OpenFirst(new PostgresServers(_server.ConnectionString(_database)), "test", default);
        await PostgresSession.Execute(at, "SELECT pg_advisory_lock(hashtext('mm.migration'))", default);
        await using var connection = new NpgsqlConnection(_server.ConnectionString(_database) + ";Command Timeout=1;Pooling=false");
        await connection.OpenAsync();

        var waiting = PostgresMigrations.Apply(connection, PostgresMigrations.All, Noon, NullLogger.Instance, default).AsTask();
        await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System));
        Assert.False(waiting.IsCompleted);
        await at.CloseAsync();
        await waiting;
    }

    [Fact]
    public async Task Migration_that_waits_for_a_table_lets_everybody_else_use_it()
    {
        await using (await Stores.Open(_server, _database))
        {
        }

        await using var connection = await PostgresSession.OpenFirst(new PostgresServers(_server.ConnectionString(_database)), "test", default);
        await using var dump = await PostgresSession.OpenFirst(new PostgresServers(_server.ConnectionString(_database)), "dump", default);
        await PostgresSession.Execute(dump, "SET idle_in_transaction_session_timeout = 0; BEGIN; SELECT count(*) FROM mm.node", default);
        Migration[] migrations = [.. PostgresMigrations.All, new($"{PostgresMigrations.All.Count + 1:0000}_wider", "ALTER TABLE mm.node ADD COLUMN wider int")];
        var migrating = PostgresMigrations.Apply(connection, migrations, Noon, NullLogger.Instance, default).AsTask();

        while (await _server.Ask<long>(_database, "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'mm.node'::regclass") == 0)
        {
            Assert.False(migrating.IsCompleted);
        }

        // Each look takes its turn behind a migration that waits, and none waits for the dump.
        for (var looks = 0; looks < 20; looks++)
        {
            await _server.Ask<long>(_database, "SET statement_timeout = '5s'; SELECT count(*) FROM mm.node, pg_sleep(0.05)");
        }

        Assert.False(migrating.IsCompleted);
        await PostgresSession.Execute(dump, "COMMIT", default);
        await migrating;
        Assert.Equal(0, await _server.Ask<long>(_database, "SELECT count(wider) FROM mm.node"));
    }

    [Fact]
    public void Migrations_are_numbered_without_a_gap() =>
        Assert.Equal(Enumerable.Range(1, PostgresMigrations.All.Count), PostgresMigrations.All.Select(migration => migration.Number));

    [Fact]
    public async Task Old_primary_is_refused()
    {
        await Given("UPDATE mm.cluster SET timeline = 2");

        var refused = await Assert.ThrowsAsync<PostgresUnusableException>(async () => await Stores.Open(_server, _database));

        Assert.Contains("old primary", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promotion_ends_every_right_that_was_given_before()
    {
        await Given("UPDATE mm.cluster SET timeline = 0");
        var one = await Stores.Join(_server, _database);
        var old = await Stores.Give(_server, _database, 7, one);

        await using var store = await Stores.Open(_server, _database);
        await store.Enter(one, PostgresStore.Lanes);

        var id = Enumerable.Range(1, 1000).First(id => Shard.Of(id) == 7);
        await Assert.ThrowsAsync<FencedException>(async () => await store.Journal.Append(Append(id, 1, "from before") with { Fence = old }));
        Assert.Equal(old.Epoch + (1L << 40), await _server.Ask<long>(_database, "SELECT epoch FROM mm.shard WHERE role = 'gather' AND no = 7"));
        Assert.Equal(1, await _server.Ask<int>(_database, "SELECT timeline FROM mm.cluster"));
    }

    [Theory]
    [InlineData("synchronous_commit", "on")]
    [InlineData("transaction_isolation", "read committed")]
    [InlineData("idle_in_transaction_session_timeout", "2s")]
    [InlineData("client_connection_check_interval", "500ms")]
    [InlineData("tcp_keepalives_idle", "5")]
    [InlineData("tcp_keepalives_interval", "1")]
    [InlineData("tcp_keepalives_count", "5")]
    public async Task Session_is_set_to_lose_nothing_and_to_notice_a_dead_peer(string setting, string value)
    {
        await using (await Stores.Open(_server, _database))
        {
        }

        var servers = new PostgresServers(_server.ConnectionString(_database));
        await using var first = await PostgresSession.OpenFirst(servers, "mm test", default);
        var (writer, _) = await PostgresSession.Open(servers, "mm test", default);
        await using var _ = writer;
        await using var pool = new ServerPool(servers, PostgresSession.Common(servers.ConnectionString, "mm test"));
        await using var reader = await pool.Open(default);
        foreach (var connection in new[] { first, writer, reader })
        {
            await using var show = new NpgsqlCommand($"SHOW {setting}", connection);
            Assert.Equal(value, await show.ExecuteScalarAsync());
        }
    }

    [Fact]
    public async Task Session_that_reads_may_take_in_what_it_was_sent_for_longer_but_not_for_ever()
    {
        await using (await Stores.Open(_server, _database))
        {
        }

        await using var reader = new ReaderSource(new PostgresServers(_server.ConnectionString(_database)), "mm test", 1);

        Assert.Equal(["30s"], await reader.Read("SELECT current_setting('idle_in_transaction_session_timeout')", null, row => row.Text(), default));
    }

    [Fact]
    public async Task What_the_operator_sets_for_sessions_is_kept()
    {
        var settings = PostgresSession.Common(_server.ConnectionString(_database) + ";Options=-c work_mem=7MB", "mm test");
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var show = new NpgsqlCommand("SELECT current_setting('work_mem') || ' ' || current_setting('idle_in_transaction_session_timeout')", connection);

        Assert.Equal("7MB 2s", await show.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("synchronous_commit", "local")]
    [InlineData("transaction_isolation", "read committed")]
    [InlineData("idle_in_transaction_session_timeout", "2s")]
    [InlineData("client_connection_check_interval", "500ms")]
    [InlineData("tcp_keepalives_idle", "1")]
    [InlineData("tcp_keepalives_interval", "1")]
    [InlineData("tcp_keepalives_count", "3")]
    [InlineData("tcp_user_timeout", "4000")]
    public async Task Session_of_membership_ends_within_seconds_of_its_machine(string setting, string value)
    {
        var settings = ClusterSessions.Of(_server.ConnectionString(_database), Guid.Empty, "local", TimeSpan.FromSeconds(1));
        await using var connection = new NpgsqlConnection(settings);
        await connection.OpenAsync();
        await using var show = new NpgsqlCommand($"SHOW {setting}", connection);

        Assert.Equal(value, await show.ExecuteScalarAsync());
    }

    [Fact]
    public async Task User_that_owns_the_database_and_has_no_other_right_is_enough()
    {
        await using (await Stores.Open(_server, _database))
        {
        }

        Assert.Equal(
            "mm owns test",
            await _server.Ask<string>(
                _database,
                $"""
                SELECT concat_ws(' ', u.rolname, 'owns test', CASE WHEN rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls THEN 'is privileged' END,
                  (SELECT string_agg(g.rolname, ' ') FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = u.oid),
                  (SELECT string_agg(relname, ' ') FROM pg_class c WHERE relnamespace = 'mm'::regnamespace AND relowner <> u.oid))
                FROM pg_roles u JOIN pg_database d ON d.datdba = u.oid WHERE d.datname = '{_database}'
                """));
        Assert.Contains($"Username={PostgresServer.User};", _server.ConnectionString(_database), StringComparison.Ordinal);
    }

    private async Task Given(string change)
    {
        await using (await Stores.Open(_server, _database))
        {
        }

        await _server.Execute(_database, change);
    }
}
