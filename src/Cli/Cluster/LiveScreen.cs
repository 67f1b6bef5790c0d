using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Cluster;

/// <summary>A watch on the whole screen of a terminal, which shows what it showed before once this ends.</summary>
internal sealed class LiveScreen(CliContext context) : IWatchView
{
    private const int LinesKept = 12;
    private const string OtherScreen = "\e[?1049h\e[?25l";
    private const string FirstScreen = "\e[?25h\e[?1049l";
    private const string Home = "\e[H";
    private const string ClearLine = "\e[K";
    private const string ClearBelow = "\e[J";

    private readonly List<string> _lines = [];
    private ClusterSnapshot? _last;
    private bool _isOpen;

    public void Start(ClusterSnapshot first)
    {
        _isOpen = true;
        context.Out.Write(OtherScreen);
        Show(first, []);
    }

    public void Show(ClusterSnapshot now, IReadOnlyList<ClusterChange> changes)
    {
        _last = now;
        _lines.InsertRange(0, ClusterChange.Lines(changes).Select(line => $"{IWatchView.Clock(now.At)}  {line}"));
        _lines.RemoveRange(Math.Min(_lines.Count, LinesKept), Math.Max(0, _lines.Count - LinesKept));
        Draw(now.At, null);
    }

    public void Lost(DateTimeOffset at, string why) => Draw(at, $"{why}; trying again");

    public void Dispose()
    {
        if (_isOpen)
        {
            context.Out.Write(FirstScreen);
            context.Out.Flush();
        }
    }

    private void Draw(DateTimeOffset at, string? trouble)
    {
        var text = new StringWriter { NewLine = "\n" };
        var screen = new Screen(context with { Out = text });
        var shards = _last!.Shards;
        var totals = new ShardTotals(
            shards.Count(shard => shard.State == "owned"),
            shards.Count(shard => shard.State != "owned"),
            shards.Count(shard => shard.State == "moving"));
        screen.Write(
        [
            ("Now", $"{IWatchView.Clock(at)} UTC; Ctrl-C ends"),
            ("Nodes", Format.Count(_last.Nodes.Count)),
            ("Shards", ClusterStatusCommand.Shards(totals)),
        ]);
        screen.Write(string.Empty);
        screen.Write(NodesCommand.TableOf(_last.Nodes, at));
        screen.Write(string.Empty);
        foreach (var line in trouble is null ? _lines : [trouble, .. _lines])
        {
            screen.Write(line);
        }

        if (_lines.Count == 0 && trouble is null)
        {
            screen.Write("nothing has changed since the beginning");
        }

        context.Out.Write(Home + text.ToString().Replace("\n", ClearLine + "\n", StringComparison.Ordinal) + ClearBelow);
        context.Out.Flush();
    }
}
