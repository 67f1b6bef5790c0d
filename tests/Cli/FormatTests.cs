using MarketManager.Cli.Output;
using Xunit;

namespace MarketManager.Cli.Tests;

public sealed class FormatTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0.4, "now")]
    [InlineData(-0.4, "now")]
    [InlineData(-12.9, "12s ago")]
    [InlineData(48.2, "in 48s")]
    [InlineData(-245, "4m 5s ago")]
    [InlineData(-7200, "2h ago")]
    [InlineData(-1051200, "12d 4h ago")]
    public void Instants_are_told_by_their_distance(double seconds, string text) =>
        Assert.Equal(text, Format.Relative(Now.AddSeconds(seconds), Now));

    [Fact]
    public void What_is_not_known_is_a_dash()
    {
        Assert.Equal("-", Format.Relative(null, Now));
        Assert.Equal("-", Format.Count(null));
        Assert.Equal("-", Format.Amount(null));
        Assert.Equal("-", Format.Price(null));
        Assert.Equal("-", Format.Elapsed(null));
    }

    [Theory]
    [InlineData("23456789012.34", "23,456,789,012")]
    [InlineData("999.999", "1000.00")]
    [InlineData("12.345", "12.35")]
    [InlineData("0", "0.00")]
    public void Amounts_have_separators_and_decimals_only_where_they_matter(string amount, string text) =>
        Assert.Equal(text, Format.Amount(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("64123.50", "64,123.5")]
    [InlineData("0.00000000012", "0.00000000012")]
    public void Prices_keep_all_their_digits(string price, string text) =>
        Assert.Equal(text, Format.Price(decimal.Parse(price, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(850, "850ms")]
    [InlineData(1240, "1.2s")]
    [InlineData(245_000, "4m 5s")]
    public void Runs_take_a_readable_time(long milliseconds, string text) => Assert.Equal(text, Format.Elapsed(milliseconds));

    [Theory]
    [InlineData(1, "1s")]
    [InlineData(60, "1m")]
    [InlineData(90, "90s")]
    [InlineData(3600, "1h")]
    [InlineData(604800, "7d")]
    public void Intervals_are_exact(long seconds, string text) => Assert.Equal(text, Format.Interval(seconds));

    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(157286400, "157.3 MB")]
    public void Bytes_have_units(long bytes, string text) => Assert.Equal(text, Format.Bytes(bytes));
}
