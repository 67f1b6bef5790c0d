using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class ShardTests
{
    [Theory]
    [InlineData(0, 55)]
    [InlineData(1, 65)]
    [InlineData(2, 70)]
    [InlineData(1000000, 87)]
    [InlineData(9007199254740993, 71)]
    public void Shard_of_an_actor_never_changes(long id, int shard) => Assert.Equal(shard, Shard.Of(id));

    [Fact]
    public void Neighbours_are_spread_evenly_over_all_shards()
    {
        var counts = Enumerable.Range(1, 12_000).CountBy(id => Shard.Of(id)).ToList();
        Assert.Equal(Shard.Count, counts.Count);
        Assert.All(counts, count => Assert.InRange(count.Value, 60, 140));
    }

    [Fact]
    public async Task Fenced_journal_adds_its_right_to_what_is_written()
    {
        var journal = new TestJournal();
        var fence = new Fence("gather", 3, 7);
        await new FencedJournal(journal, fence).Append(new JournalWrite(new("account", 1), 1, [], ["row"]));
        Assert.Equal(fence, Assert.Single(journal.Commits).Fence);
    }
}
