using MarketManager.Cli.Output;

namespace MarketManager.Cli.Cluster;

/// <summary>A watch where no terminal is: the nodes once, then one line for each change.</summary>
internal sealed class PlainLines(CliContext context) : IWatchView
{
    private bool _isLost;

    public void Start(ClusterSnapshot first) => new Screen(context).Write(NodesCommand.TableOf(first.Nodes, first.At));

    public void Show(ClusterSnapshot now, IReadOnlyList<ClusterChange> changes)
    {
        _isLost = false;
        foreach (var line in ClusterChange.Lines(changes))
        {
            context.Out.WriteLine($"{IWatchView.Clock(now.At)}  {line}");
        }

        context.Out.Flush();
    }

    public void Lost(DateTimeOffset at, string why)
    {
        if (!_isLost)
        {
            _isLost = true;
            context.Error.WriteLine($"{IWatchView.Clock(at)}  {why}; trying again");
        }
    }

    public void Dispose()
    {
    }
}
