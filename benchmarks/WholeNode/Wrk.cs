using System.Globalization;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>What <c>wrk</c> saw of a URL.</summary>
/// <param name="PerSecond">Requests.</param>
/// <param name="P99">Of the latency, in milliseconds.</param>
/// <param name="CpuMicroseconds">Processor time of the server for a request; other than the rate it does not depend on who else
/// is busy on the machine.</param>
internal readonly record struct Load(double PerSecond, double P99, double CpuMicroseconds);

/// <summary>What is asked: a URL and the process behind it.</summary>
internal readonly record struct Server(string Url, ChildProcess Process);

/// <summary>Asks as fast as answers come, over so many connections.</summary>
internal static class Wrk
{
    private const int Rounds = 3;
    private const int Seconds = 5;

    /// <summary>Two servers in alternation; of each the run with the median rate. A first run of each, which warms up, does not count.</summary>
    public static async Task<(Load Mine, Load Peer)> Compare(Server mine, Server peer, int connections)
    {
        List<Load> ours = [], theirs = [];
        for (var round = 0; round <= Rounds; round++)
        {
            ours.Add(await Run(mine, connections));
            theirs.Add(await Run(peer, connections));
        }

        return (Median(ours), Median(theirs));
    }

    private static Load Median(List<Load> loads) => loads.Skip(1).OrderBy(load => load.PerSecond).ElementAt(Rounds / 2);

    private static async Task<Load> Run(Server server, int connections)
    {
        var cpu = server.Process.CpuSeconds;
        var lines = await ChildProcess.Run("wrk", "--latency", "-t1", $"-c{connections}", $"-d{Seconds}s", server.Url);
        cpu = server.Process.CpuSeconds - cpu;
        if (lines.Any(line => line.Contains("Non-2xx", StringComparison.Ordinal) || line.Contains("Socket errors", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException(string.Join('\n', lines));
        }

        var perSecond = Value(lines, "Requests/sec:");
        return new Load(perSecond, Milliseconds(Field(lines, "99%")), cpu / (perSecond * Seconds) * 1_000_000);
    }

    private static string Field(IReadOnlyList<string> lines, string name) =>
        lines.Select(line => line.Trim()).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();

    private static double Value(IReadOnlyList<string> lines, string name) => double.Parse(Field(lines, name), CultureInfo.InvariantCulture);

    // 812.00us, 1.65ms, 1.02s
    private static double Milliseconds(string text)
    {
        var unit = text.TrimStart("0123456789.".ToCharArray());
        var number = double.Parse(text[..^unit.Length], CultureInfo.InvariantCulture);
        return unit switch { "us" => number / 1000, "ms" => number, "s" => number * 1000, _ => throw new FormatException(text) };
    }
}
