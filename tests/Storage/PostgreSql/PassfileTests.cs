using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.PostgreSql.Sessions;
using MarketManager.TestKit.Postgres;
using Npgsql;
using Xunit;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>A file of passwords is read anew for each session, also while somebody is changing it.</summary>
public sealed class PassfileTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly string _file = Path.GetTempFileName(); // nobody else may read it, or the driver does not
    private PostgresServer _server = null!;
    private string _database = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Start();
        _database = await _server.NewDatabase();
        await (await Stores.Open(_server, _database)).DisposeAsync();
        await _server.Execute("postgres", $"ALTER ROLE {PostgresServer.User} PASSWORD 'right'");
        var rules = await _server.Ask<string>("postgres", "SHOW hba_file");
        await _server.Execute(
            "postgres",
            $"COPY (VALUES ('host all {PostgresServer.User} 127.0.0.1/32 scram-sha-256'), ('host all postgres 127.0.0.1/32 trust')) TO '{rules}'");
        await _server.Execute("postgres", "SELECT pg_reload_conf()");
        await Write("*:*:*:*:right");
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(_file);
        await _server.DisposeAsync();
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    [Fact]
    public async Task Half_a_file_is_a_store_that_cannot_be_reached_and_not_the_end()
    {
        var servers = new PostgresServers($"{_server.ConnectionString(_database)};Passfile={_file}");
        var settings = $"{servers.ConnectionString};Pooling=false";
        await using var pool = new ServerPool(servers, new NpgsqlConnectionStringBuilder(servers.ConnectionString) { MaxPoolSize = 1 });
        await Opens();

        await Write("half a line");
        await IsUnusable(() => Task.Run(() => servers.Open(settings).Connection.Dispose()));
        await IsUnusable(async () => await (await servers.OpenAsync(settings, default)).Connection.DisposeAsync());
        await IsUnusable(async () => await (await servers.OpenNewest(settings, default)).DisposeAsync());
        pool.Clear();
        await IsUnusable(async () => await (await pool.Open(default)).DisposeAsync());

        await Write("*:*:*:*:right");
        await Opens();

        async Task Opens()
        {
            servers.Open(settings).Connection.Dispose();
            await (await servers.OpenAsync(settings, default)).Connection.DisposeAsync();
            await (await pool.Open(default)).DisposeAsync();
        }
    }

    private static async Task IsUnusable(Func<Task> open)
    {
        var failure = await Assert.ThrowsAsync<PostgresUnusableException>(open);
        Assert.StartsWith("cannot connect to PostgreSQL: ", failure.Message, StringComparison.Ordinal);
    }

    private Task Write(string text) => File.WriteAllTextAsync(_file, text);
}
