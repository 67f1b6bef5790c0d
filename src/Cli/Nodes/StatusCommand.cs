using System.CommandLine;
using System.Globalization;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Nodes;

/// <summary><c>marketmanager status</c></summary>
internal static class StatusCommand
{
    public static Command Build(CommandFactory factory) => factory.Create(
        "status", "Show whether a node is running and how it is doing; exit code 0 running, 3 not", async (session, cancellationToken) =>
        {
            var answer = (await session.Node.Get("api/status/", cancellationToken)).Json;
            session.Show(answer, screen => Write(screen, WireJson.Read<NodeStatus>(answer), session.Now));
            return ExitCode.Done;
        });

    private static void Write(Screen screen, NodeStatus status, DateTimeOffset now)
    {
        screen.Write(Summary(status));
        if (status.Nodes.Count > 1)
        {
            screen.Write(string.Empty);
            screen.Write(NodeTable(status.Nodes, now));
        }

        if (status.Workers.Count > 0)
        {
            screen.Write(string.Empty);
            screen.Write(WorkerTable(status.Workers));
        }
    }

    private static IEnumerable<(string, Cell)> Summary(NodeStatus status)
    {
        var state = status.Paused == true ? $"{status.Status}, paused" : status.Status;
        yield return ("Status", Cell.State(status.Paused == true ? "paused" : Healthy(status.Status)) with { Text = state });
        yield return ("Node", $"{status.Node} ({status.Environment})");
        yield return ("Version", status.Version);
        var since = status.Started.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        yield return ("Up", $"{Format.Duration(TimeSpan.FromSeconds(status.UptimeSeconds))}, since {since} UTC");
        yield return ("Exchanges", status.Exchanges is { } exchanges
            ? $"{Format.Count(exchanges.Total)} ({Format.Count(exchanges.Enabled)} enabled)"
                + Parts((exchanges.Running, "running"), (exchanges.Stale, "stale"), (exchanges.Failing, "failing"))
            : null);
        yield return ("Runs, last hour", status.Runs is { } runs
            ? $"{Format.Count(runs.Succeeded)} succeeded"
                + Parts((runs.Failed, "failed"), (runs.Crashed, "crashed"), (runs.Stale, "stale"))
                + $"; {runs.PerMinute.ToString("0.#", CultureInfo.InvariantCulture)} a minute"
            : null);
        var storage = status.Storage;
        var says = storage switch
        {
            { Ok: true, Detail: null } => "ok",
            { Ok: true } => $"ok; {storage.Detail}",
            _ => storage.Detail ?? "not working",
        };
        yield return ("Storage", Cell.State(storage.Ok ? "ok" : "failed") with
        {
            Text = $"{storage.Engine} {storage.Version}, {says}",
        });
    }

    private static string Healthy(string status) => status == "running" ? "ok" : status;

    private static string Parts(params IEnumerable<(long Count, string Word)> parts) =>
        string.Concat(parts.Where(part => part.Count > 0).Select(part => $", {Format.Count(part.Count)} {part.Word}"));

    private static Table NodeTable(IEnumerable<ClusterNode> nodes, DateTimeOffset now)
    {
        var table = new Table(
            new("NODE"),
            new("STATE"),
            new("SINCE", Right: true),
            new("ACTORS", Right: true),
            new("ADDRESS", Rank: 1),
            new("ROLES", Rank: 2));
        foreach (var node in nodes)
        {
            table.Add(
                node.Name,
                Cell.State(node.State),
                Format.Relative(node.Since, now),
                Format.Count(node.Actors),
                node.Address,
                string.Join(',', node.Roles ?? []));
        }

        return table;
    }

    private static Table WorkerTable(IEnumerable<Worker> workers)
    {
        var table = new Table(
            new("WORKER", Right: true),
            new("STATE"),
            new("EXCHANGES", Right: true),
            new("RESTARTS", Right: true),
            new("MEMORY", Right: true));
        foreach (var worker in workers)
        {
            table.Add(
                worker.Pid?.ToString(CultureInfo.InvariantCulture),
                Cell.State(worker.State),
                Format.Count(worker.Exchanges),
                Format.Count(worker.Restarts),
                worker.Memory is > 0 and var bytes ? Format.Bytes(bytes) : null);
        }

        return table;
    }
}
