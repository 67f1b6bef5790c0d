using System.Collections.Concurrent;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.TestKit.Postgres;
using Xunit;

namespace MarketManager.Storage.Tests.PostgreSql;

public sealed class PostgresBudgetsTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly BudgetAccount Account = new("binance", "default", "api");
    private readonly PostgresUnderTest _database = new();

    private IBudgetLedger Ledger => _database.Store.Budgets;

    public async Task InitializeAsync() => await _database.Open();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    [Fact]
    public async Task Takers_who_claim_at_once_get_the_limit_and_no_more()
    {
        await using var other = await Another();
        await using var third = await Another();
        var grants = new ConcurrentBag<BudgetGrant>();
        await Task.WhenAll(new[] { Ledger, other.Budgets, third.Budgets }.SelectMany(ledger => Enumerable.Range(0, 2).Select(_ => Taker(ledger))));

        Assert.Equal(1_000, grants.Where(grant => grant.Wait == TimeSpan.Zero).Sum(grant => grant.Weight));

        // Those who came too late have promises, in order.
        var promised = grants.Where(grant => grant.Wait > TimeSpan.Zero).ToList();
        Assert.Equal(20, promised.Sum(grant => grant.Weight));
        Assert.All(promised, grant => Assert.InRange(grant.Wait, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(66)));

        async Task Taker(IBudgetLedger ledger)
        {
            for (var i = 0; i < 17; i++)
            {
                grants.Add(await ledger.Take(new BudgetClaim(Account, 10, 10, 1_000), default));
            }
        }
    }

    [Fact]
    public async Task A_block_is_heard_by_others_and_told_to_those_who_come_later()
    {
        await using var other = await Another();
        var heard = new TaskCompletionSource<BudgetBlock>(TaskCreationOptions.RunContinuationsAsynchronously);
        other.Budgets.Blocked += block => heard.TrySetResult(block);
        await Ledger.Block(new BudgetBlock("binance", "default", TimeSpan.FromSeconds(100)), default);
        await Ledger.Block(new BudgetBlock("binance", "default", TimeSpan.FromSeconds(1)), default);

        var block = await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.Equal(("binance", "default"), (block.Venue, block.Egress));
        Assert.InRange(block.Length, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(100));
        var grant = await other.Budgets.Take(new BudgetClaim(Account, 10, 10, 1_000), default);
        Assert.Equal(0, grant.Weight);
        Assert.InRange(grant.Blocked, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(100));
        Assert.Equal(10, (await Ledger.Take(new BudgetClaim(Account with { Egress = "elsewhere" }, 10, 10, 1_000), default)).Weight);
    }

    [Fact]
    public async Task Anybody_can_look_at_all_accounts_without_claiming()
    {
        await using var other = await Another();
        await Ledger.Take(new BudgetClaim(Account, 10, 10, 1_000) { Announced = 1_200 }, default);
        await Ledger.Take(new BudgetClaim(new BudgetAccount("kraken", "north", ""), 3, 3, 60), default);
        await Ledger.Block(new BudgetBlock("kraken", "north", TimeSpan.FromSeconds(100)), default);

        for (var i = 0; i < 2; i++)
        {
            var looks = await other.Budgets.Look(default);
            Assert.Equal([(Account, 10, 1_200), (new BudgetAccount("kraken", "north", ""), 3, null)], looks.Select(look => (look.Account, look.Used, look.Limit)));
            Assert.Equal(TimeSpan.Zero, looks[0].Blocked);
            Assert.InRange(looks[1].Blocked, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(100));
        }
    }

    [Fact]
    public async Task A_node_that_lost_its_sessions_hears_of_blocks_again()
    {
        await using var other = await Another();
        Assert.Equal(10, (await other.Budgets.Take(new BudgetClaim(Account, 10, 10, 1_000), default)).Weight);
        await (await PostgresServer.Shared()).EndSessions(_database.Database);
        var heard = new TaskCompletionSource<BudgetBlock>(TaskCreationOptions.RunContinuationsAsynchronously);
        other.Budgets.Blocked += block => heard.TrySetResult(block);
        await Ledger.Block(new BudgetBlock("kraken", "default", TimeSpan.FromSeconds(100)), default);

        Assert.Equal("kraken", (await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System)).Venue);
        Assert.Equal(20, (await other.Budgets.Take(new BudgetClaim(Account, 10, 10, 1_000), default)).Used);
    }

    [Fact]
    public async Task Nothing_is_granted_while_the_store_is_away()
    {
        var server = await PostgresServer.Start();
        await using (server)
        {
            var database = await server.NewDatabase();
            await using var store = await Stores.Open(server, database);
            Assert.Equal(10, (await store.Budgets.Take(new BudgetClaim(Account, 10, 10, 1_000), default)).Weight);
            await server.Stop();
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Budgets.Take(new BudgetClaim(Account, 10, 10, 1_000), default));

            await server.StartAgain();
            Assert.Equal(20, (await store.Budgets.Take(new BudgetClaim(Account, 10, 10, 1_000), default)).Used);
        }
    }

    private async Task<PostgresStore> Another() => await Stores.Open(await PostgresServer.Shared(), _database.Database);
}
