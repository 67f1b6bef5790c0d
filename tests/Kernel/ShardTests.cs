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

    [Fact]
    public async Task Fenced_journal_tells_that_its_right_is_lost_before_the_writer_hears_of_it()
    {
        var journal = new TestJournal();
        var fence = new Fence("gather", 3, 7);
        Fence? lost = null;
        var fenced = new FencedJournal(journal, fence, right => lost = right);
        var write = new JournalWrite(new("account", 1), 1, [], ["row"]);
        await fenced.Append(write);
        Assert.Null(lost);
        journal.Rule = write => new FencedException(write.Fence);
        await Assert.ThrowsAsync<FencedException>(() => fenced.Append(write).AsTask());
        Assert.Equal(fence, lost);
    }
}
