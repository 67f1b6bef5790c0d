using MarketManager.Cli.Tests.Fakes;
using Xunit;

namespace MarketManager.Cli.Tests;

public sealed class CompletionTests
{
    private readonly Terminal _shell = new();

    [Theory]
    [InlineData("marketmanager ", "cluster completion exchanges keys markets pause resume status venues")]
    [InlineData("./mm exch", "exchanges")]
    [InlineData("mm exchanges r", "remove run runs")]
    [InlineData("mm exchanges runs --st", "--state")]
    [InlineData("mm exchanges runs x --state s", "stale succeeded")]
    [InlineData("mm status --output ", "json table")]
    [InlineData("mm completion ", "bash fish zsh")]
    [InlineData("mm exchanges show ", "")]
    public async Task Words_that_begin_so_are_offered(string line, string words)
    {
        Assert.Equal(ExitCode.Done, await _shell.Run("complete", line));
        Assert.Equal(words, string.Join(' ', _shell.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Exchanges_are_asked_of_the_node()
    {
        await using var node = await FakeNode.Start();
        node.On("GET /api/exchanges/?limit=1000", Canned.Exchanges(Canned.Binance, Canned.Kraken));
        Assert.Equal(ExitCode.Done, await _shell.Run("complete", $"mm exchanges show --data {node.Folder} kr"));
        Assert.Equal("kraken-eu\n", _shell.Out);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _marketmanager marketmanager")]
    [InlineData("zsh", "#compdef marketmanager")]
    [InlineData("fish", "complete -c marketmanager")]
    public async Task Each_shell_has_its_script(string shell, string line)
    {
        Assert.Equal(ExitCode.Done, await _shell.Run("completion", shell));
        Assert.Contains(line, _shell.Out, StringComparison.Ordinal);
    }
}
