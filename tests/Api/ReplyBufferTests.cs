using MarketManager.Api.Http;

namespace MarketManager.Api.Tests;

public sealed class ReplyBufferTests
{
    [Fact]
    public void Buffers_are_used_again_also_after_more_of_them_were_out_than_the_pool_keeps()
    {
        UseMany();
        var second = UseMany();
        var third = UseMany();
        Assert.NotEmpty(second.Intersect(third));
    }

    private static HashSet<ReplyBuffer> UseMany()
    {
        var buffers = Enumerable.Range(0, 2 * ReplyBuffer.Kept).Select(_ => ReplyBuffer.Rent()).ToHashSet();
        foreach (var buffer in buffers)
        {
            buffer.Dispose();
        }

        return buffers;
    }
}
