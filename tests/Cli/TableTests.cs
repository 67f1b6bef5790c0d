using MarketManager.Cli.Output;
using MarketManager.Cli.Tests.Fakes;
using Xunit;

namespace MarketManager.Cli.Tests;

public sealed class TableTests
{
    [Fact]
    public void Columns_of_the_highest_rank_are_left_out_until_the_table_fits()
    {
        var table = Sample();
        Assert.Equal([0, 1, 2], table.Fitting(null));
        Assert.Equal([0, 1, 2], table.Fitting(17));
        Assert.Equal([0, 2], table.Fitting(16));
        Assert.Equal([0], table.Fitting(9));
        Assert.Equal([0], table.Fitting(1));
    }

    [Fact]
    public void Flexible_text_is_cut_to_the_room_that_is_left()
    {
        var table = new Table(new Column("A"), new Column("TEXT", Flexible: true));
        table.Add("abc", new string('x', 100));
        Assert.Equal(new string('x', 24) + "…", table.Cut(table.Rows[0][1], 1, [0, 1], 30).Text);
        Assert.Equal(100, table.Cut(table.Rows[0][1], 1, [0, 1], null).Text.Length);
    }

    [Theory]
    [InlineData(true, null, null, true)]
    [InlineData(true, "1", null, false)]
    [InlineData(true, null, "dumb", false)]
    [InlineData(false, null, null, false)]
    public async Task States_are_coloured_on_a_terminal_that_wants_it(bool terminal, string? noColor, string? term, bool coloured)
    {
        await using var node = await FakeNode.Start();
        node.On("GET /api/status/", Canned.Status);
        var shell = new Terminal { IsTerminal = terminal };
        shell.Environment["NO_COLOR"] = noColor ?? string.Empty;
        shell.Environment["TERM"] = term ?? "xterm";

        Assert.Equal(ExitCode.Done, await shell.Run(node, "status"));
        Assert.Equal(coloured, shell.Out.Contains('\u001b', StringComparison.Ordinal));
    }

    private static Table Sample()
    {
        var table = new Table(new Column("NAME"), new Column("B", Rank: 2), new Column("C", Rank: 1));
        table.Add("kraken", "12", "12345");
        return table;
    }
}
