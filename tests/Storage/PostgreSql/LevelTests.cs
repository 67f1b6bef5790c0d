using MarketManager.Kernel;
using MarketManager.Storage.Tests.Contract;
using MarketManager.TestKit.Postgres;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>What an older version could not read is not written while a node of it may live.</summary>
public sealed class LevelTests : IAsyncLifetime
{
    private PostgresUnderTest _store = null!;

    public async Task InitializeAsync() => _store = await Open();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Event_above_the_clusters_level_is_refused_with_all_that_is_written_along_with_it(bool isGuarded)
    {
        await Raise(2);

        var refused = await Assert.ThrowsAsync<EventTooNewException>(async () => await _store.Journal.Append(New(1, level: 3) with { Guarded = isGuarded }));

        Assert.Equal("exchange.renamed", refused.Kind);
        Assert.Equal(
            "events of kind 'exchange.renamed' are written from level 3 on; the cluster is at 2 while nodes of an older version live", refused.Message);
        Assert.Empty(await Recorder.Read(_store.Journal));
    }

    [Fact]
    public async Task Event_is_written_once_the_level_is_raised()
    {
        await Assert.ThrowsAsync<EventTooNewException>(async () => await _store.Journal.Append(New(1, level: 2)));
        await _store.Journal.Append(Append(1, 1, "as ever"));
        await Raise(2);
        await _store.Journal.Append(New(1, level: 2));
        Assert.Equal(["1:1 changed.1 as ever", "1:2 changed.1 as ever", "1:3 exchange.renamed.1 new"], await Recorder.Read(_store.Journal));
    }

    // The server that answers then may be one that was promoted, and that lacked the rise.
    [Fact]
    public async Task Level_is_asked_for_again_after_the_sessions_were_lost()
    {
        await Raise(2);
        await _store.Journal.Append(New(0, level: 2));
        await Raise(1);
        await _store.Journal.Append(New(2, level: 2)); // known to be allowed: not asked again
        await (await PostgresServer.Shared()).EndSessions(_store.Database);
        await _store.Journal.Append(Append(1, 5, "as ever"));
        await Assert.ThrowsAsync<EventTooNewException>(async () => await _store.Journal.Append(New(5, level: 2)));
    }

    /// <summary>One event that everybody can read after <paramref name="after"/>, and one of a level.</summary>
    private static JournalWrite New(long after, int level)
    {
        var plain = Append(1, after + 1, "as ever");
        return plain with { Events = [.. plain.Events, new JournalEvent("exchange.renamed", 1, Noon, "new"u8.ToArray(), level)] };
    }

    private static async Task<PostgresUnderTest> Open()
    {
        var store = new PostgresUnderTest();
        await store.Open();
        return store;
    }

    private async Task Raise(int level) =>
        await (await PostgresServer.Shared()).Execute(_store.Database, $"UPDATE mm.cluster SET level = {level}");
}
