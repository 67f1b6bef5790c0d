using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class WorldTests
{
    [Fact]
    public void New_ids_sort_by_their_time_and_are_version_7()
    {
        var time = new ManualTime();
        var world = TestWorld.Create(time);
        var ids = new List<string>();
        for (var i = 0; i < 1000; i++)
        {
            ids.Add(world.NewId(world.Now).ToString());
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.All(ids, id => Assert.Equal('7', id[14]));
        Assert.All(ids, id => Assert.Contains(id[19], "89ab"));
    }

    [Fact]
    public void The_same_seed_gives_the_same_ids_and_another_gives_others()
    {
        var at = new ManualTime().GetUtcNow();
        Assert.Equal(TestWorld.Create(new ManualTime(), 3).NewId(at), TestWorld.Create(new ManualTime(), 3).NewId(at));
        Assert.NotEqual(TestWorld.Create(new ManualTime(), 3).NewId(at), TestWorld.Create(new ManualTime(), 4).NewId(at));
    }
}
