using MarketManager.Actors;
using MarketManager.Actors.Runs;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.TestKit;
using MarketManager.TestKit.Postgres;
using Microsoft.Extensions.Logging;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>A store that answers, and does not write.</summary>
public sealed class RefusalTests : IAsyncLifetime, ILoggerFactory, ILogger
{
    private readonly ManualTime _time = new();
    private readonly List<string> _errors = [];
    private PostgresServer _server = null!;
    private string _database = null!;
    private PostgresStore _store = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Shared();
        _database = await _server.NewDatabase(await PostgresUnderTest.Template.Value);
        _store = await PostgresStore.Open(
            new PostgresOptions { ConnectionString = _server.ConnectionString(_database) }, TestWorld.Create(_time), this);
        await _store.Enter(await Stores.Join(_server, _database), PostgresStore.Lanes);
        await _store.Journal.Append(Append(1, 1, "before"));
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.Drop(_database);
    }

    [Theory]
    [InlineData("INSERT ON mm.event", "permission denied for table event")]
    [InlineData("UPDATE ON mm.lane", "permission denied for table lane")]
    public async Task Store_that_refuses_every_write_is_not_healthy_until_it_writes_again(string right, string reason)
    {
        await _server.Execute(_database, $"REVOKE {right} FROM {PostgresServer.User}");

        var refused = await Task.WhenAll(Enumerable.Range(2, 20).Select(Refused));

        Assert.All(refused, e => Assert.True(e.Refuses && !e.OutcomeUnknown));
        var why = Rejections.Of(refused[0]);
        Assert.Equal(RejectionKind.Unavailable, why.Kind);
        Assert.DoesNotContain("away", why.Detail, StringComparison.Ordinal);
        Assert.Equal([$"The store does not write on lane 0: the database refuses to write: {reason} (42501)"], _errors);
        var health = await _store.Health.Check(default);
        Assert.Equal((false, $"the database refuses to write: {reason} (42501)"), (health.Ok, health.Detail));

        await _server.Execute(_database, $"GRANT {right} TO {PostgresServer.User}");
        await _store.Journal.Append(Append(1, 2, "after"));
        Assert.True((await _store.Health.Check(default)).Ok);
    }

    [Fact]
    public async Task Refusal_counts_for_half_a_minute_because_nobody_may_come_to_write_meanwhile()
    {
        await _server.Execute(_database, $"REVOKE INSERT ON mm.event FROM {PostgresServer.User}");
        await Refused(2);
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False((await _store.Health.Check(default)).Ok);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await _store.Health.Check(default)).Ok);
    }

    [Fact]
    public async Task Part_that_is_refused_takes_nobody_along()
    {
        await _server.Execute(_database, $"REVOKE INSERT ON mm.run FROM {PostgresServer.User}");
        var run = _store.Journal.Append(Append(1, 2, "with a run") with { Rows = [new RunOpened(Run(1, 1))] }).AsTask();
        var others = Enumerable.Range(2, 20).Select(id => _store.Journal.Append(Append(id, 1, "without")).AsTask()).ToList();

        Assert.True((await Assert.ThrowsAsync<StoreUnavailableException>(() => run)).Refuses);
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task Write_that_breaks_a_rule_says_nothing_of_the_store()
    {
        await Assert.ThrowsAsync<JournalConflictException>(async () => await _store.Journal.Append(Append(1, 1, "again")));

        Assert.Empty(_errors);
        Assert.True((await _store.Health.Check(default)).Ok);
    }

    ILogger ILoggerFactory.CreateLogger(string categoryName) => this;

    void ILoggerFactory.AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    void IDisposable.Dispose()
    {
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
        {
            lock (_errors)
            {
                _errors.Add(formatter(state, exception));
            }
        }
    }

    [Fact]
    public async Task Write_whose_session_breaks_each_time_is_given_up_as_unknown()
    {
        await _server.Execute(
            _database,
            """
            CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a page is broken' USING ERRCODE = 'XX001'; END $$;
            CREATE TRIGGER breaks BEFORE INSERT ON mm.event FOR EACH ROW EXECUTE FUNCTION breaks();
            """);
        var write = _store.Journal.Append(Append(2, 1, "never")).AsTask();
        while (!write.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(write, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System));
        }

        Assert.True((await Assert.ThrowsAsync<StoreUnavailableException>(() => write)).OutcomeUnknown);
        await _server.Execute(_database, "DROP TRIGGER breaks ON mm.event");
        await _store.Journal.Append(Append(1, 2, "after"));
    }

    [Fact]
    public async Task Character_that_PostgreSQL_cannot_keep_does_not_keep_the_rest_from_being_written()
    {
        await _store.Settings.Write("note", "before\0after", default);
        Assert.Equal("before\uFFFDafter", await _store.Settings.Read("note", default));
    }

    private async Task<StoreUnavailableException> Refused(int id) =>
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _store.Journal.Append(Append(id, 1, "refused")));
}
