using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace MarketManager.Storage.Tests;

public sealed class MarketVolumeTests
{
    [Fact]
    public void Buckets_order_like_the_volumes() => Prop
        .ForAll<decimal, decimal>((a, b) => a > b || MarketVolume.Bucket(a) <= MarketVolume.Bucket(b))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Unknown_volume_has_no_bucket() => Assert.Null(MarketVolume.Bucket(null));

    [Theory]
    [InlineData(1000, 1010)] // a per cent
    [InlineData(0, -5)]
    public void Volumes_that_are_close_share_a_bucket(int one, int other) =>
        Assert.Equal(MarketVolume.Bucket(one), MarketVolume.Bucket(other));

    [Fact]
    public void Doubled_volume_is_sixteen_buckets_on() =>
        Assert.Equal(MarketVolume.Bucket(1234.5m) + 16, MarketVolume.Bucket(2469m));
}
