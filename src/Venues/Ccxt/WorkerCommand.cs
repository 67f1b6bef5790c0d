using System.Diagnostics;
using System.Globalization;

namespace MarketManager.Venues.Ccxt;

/// <summary>How a worker is started.</summary>
internal static class WorkerCommand
{
    /// <summary>The command; its pipes are redirected.</summary>
    public static ProcessStartInfo Of(CcxtOptions options)
    {
        var info = new ProcessStartInfo(options.Node)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                $"--max-old-space-size={options.MemoryMegabytes * 3 / 4}",
                options.WorkerScript,
                "--lease", Milliseconds(options.Lease),
                "--heartbeat", Milliseconds(options.Heartbeat),
            },
        };

        // What this process was told is none of the worker's business, and Node must do what the command line says.
        foreach (var name in info.Environment.Keys.Where(IsPrivate).ToList())
        {
            info.Environment.Remove(name);
        }

        return info;
    }

    private static bool IsPrivate(string variable) =>
        variable.StartsWith("MARKETMANAGER_", StringComparison.OrdinalIgnoreCase) || variable == "NODE_OPTIONS";

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
