using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Cluster;

/// <summary><c>marketmanager cluster watch</c>: looks every second until it is interrupted.</summary>
/// <remarks>On a terminal it draws the nodes anew each time; elsewhere, and as JSON, it writes one line for each change.</remarks>
internal static class WatchCommand
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public static Command Build(CommandFactory factory) => factory.Create(
        "watch", "Show the nodes and what changes, every second, until Ctrl-C; as JSON one line a change", async (session, cancellationToken) =>
        {
            using IWatchView view = session.Json ? new JsonLines(session.Context)
                : session.Context.OutIsTerminal ? new LiveScreen(session.Context)
                : new PlainLines(session.Context);
            try
            {
                await Watch(session, view, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // That is how it ends.
            }

            return ExitCode.Done;
        });

    private static async Task Watch(CliSession session, IWatchView view, CancellationToken cancellationToken)
    {
        var seen = await ClusterSnapshot.Take(session, cancellationToken);
        view.Start(seen);
        using var timer = new PeriodicTimer(Every, session.Context.World.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                var now = await ClusterSnapshot.Take(session, cancellationToken);
                view.Show(now, [.. now.Since(seen)]);
                seen = now;
            }
            catch (CliException failure) when (failure.ExitCode == ExitCode.Unreachable)
            {
                // A node that is asked may restart in the middle of what is worth watching.
                view.Lost(session.Now, failure.Message);
            }
        }
    }

    private interface IWatchView : IDisposable
    {
        void Start(ClusterSnapshot first);

        void Show(ClusterSnapshot now, IReadOnlyList<ClusterChange> changes);

        /// <summary>Nobody answers; it is asked again.</summary>
        void Lost(DateTimeOffset at, string why);
    }

    /// <summary>One object a line.</summary>
    private sealed class JsonLines(CliContext context) : IWatchView
    {
        private bool _isLost;

        public void Start(ClusterSnapshot first)
        {
            var nodes = first.Nodes.Select(node => (JsonNode)new JsonObject
            {
                ["node"] = node.Name,
                ["state"] = node.State,
                ["shards"] = node.Shards,
            });
            Write(first.At, new JsonObject { ["change"] = "start", ["nodes"] = new JsonArray([.. nodes]) });
        }

        public void Show(ClusterSnapshot now, IReadOnlyList<ClusterChange> changes)
        {
            if (_isLost)
            {
                _isLost = false;
                Write(now.At, new JsonObject { ["change"] = "reachable" });
            }

            foreach (var change in changes)
            {
                Write(change.At, change.Json);
            }
        }

        public void Lost(DateTimeOffset at, string why)
        {
            if (!_isLost)
            {
                _isLost = true;
                Write(at, new JsonObject { ["change"] = "unreachable", ["why"] = why });
            }
        }

        public void Dispose()
        {
        }

        private void Write(DateTimeOffset at, JsonObject change)
        {
            change.Insert(0, "at", WireJson.Write(at).GetString());
            context.Out.WriteLine(JsonText.Compact(JsonSerializer.SerializeToElement(change)));
            context.Out.Flush();
        }
    }

    /// <summary>The nodes once, then one line for each change.</summary>
    private sealed class PlainLines(CliContext context) : IWatchView
    {
        private bool _isLost;

        public void Start(ClusterSnapshot first) => new Screen(context).Write(NodesCommand.TableOf(first.Nodes, first.At));

        public void Show(ClusterSnapshot now, IReadOnlyList<ClusterChange> changes)
        {
            _isLost = false;
            foreach (var line in ClusterChange.Lines(changes))
            {
                context.Out.WriteLine($"{Clock(now.At)}  {line}");
            }

            context.Out.Flush();
        }

        public void Lost(DateTimeOffset at, string why)
        {
            if (!_isLost)
            {
                _isLost = true;
                context.Error.WriteLine($"{Clock(at)}  {why}; trying again");
            }
        }

        public void Dispose()
        {
        }
    }

    /// <summary>The whole screen of a terminal, which shows what it showed before once this ends.</summary>
    private sealed class LiveScreen(CliContext context) : IWatchView
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
            _lines.InsertRange(0, ClusterChange.Lines(changes).Select(line => $"{Clock(now.At)}  {line}"));
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
                ("Now", $"{Clock(at)} UTC; Ctrl-C ends"),
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

    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
