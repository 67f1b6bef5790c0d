using MarketManager.Cli.Apply;
using Xunit;

namespace MarketManager.Cli.Tests.Apply;

public sealed class ApplyFileTests
{
    [Fact]
    public void All_mistakes_are_named_at_once()
    {
        var failure = Assert.Throws<CliException>(() => ApplyFile.Parse(
            """
            {"exchanges":[
              {"name":"a","intervall":5},
              {"venue":"kraken"},
              {"name":" b"},
              {"name":"c","interval":1.5,"enabled":"yes","url":"ftp://x","options":[]},
              {"name":"d","volume":1},
              {"name":"A"},
              7
            ],"version":1}
            """,
            "mine.json"));
        Assert.Equal(ExitCode.Usage, failure.ExitCode);
        Assert.Equal("mine.json is not valid; nothing was changed", failure.Message);
        Assert.Equal(
            [
                "version: unknown field",
                "exchanges[0].intervall: unknown field; did you mean 'interval'?",
                "exchanges[1].name: is missing",
                "exchanges[2].name: is 1 to 64 ASCII letters, digits, spaces and ._-, with at least one letter and no outer spaces",
                "exchanges[3].interval: is a whole number of seconds from 1 to 604800, not 1.5",
                "exchanges[3].enabled: is true or false, not \"yes\"",
                "exchanges[3].url: is an absolute http or https URL",
                "exchanges[3].options: is an object",
                "exchanges[4].volume: is set by the server",
                "exchanges[6] is not an object",
                "'a' is there 2 times",
            ],
            failure.Details);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("604801")]
    [InlineData("1e12")]
    [InlineData("\"60\"")]
    [InlineData("true")]
    public void Interval_out_of_range_or_kind_is_refused(string interval) =>
        Assert.Throws<CliException>(() => ApplyFile.Parse($$"""{"exchanges":[{"name":"a","interval":{{interval}}}]}""", "file"));

    [Fact]
    public void Options_of_more_than_16_KiB_are_refused()
    {
        static string File(int length) => $$$"""{"exchanges":[{"name":"a","options":{"x":"{{{new string('y', length - 8)}}}"}}]}""";
        Assert.Single(ApplyFile.Parse(File(16 * 1024), "file"));
        Assert.Throws<CliException>(() => ApplyFile.Parse(File((16 * 1024) + 1), "file"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"exchanges\":{}}")]
    [InlineData("{\"exchanges\":[],\"exchanges\":[]}")]
    public void What_is_not_such_a_document_is_refused(string text) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CliException>(() => ApplyFile.Parse(text, "file")).ExitCode);
}
