using System.Globalization;

namespace MarketManager.Host.Daemon;

/// <summary>What a service manager told this process when it started it.</summary>
/// <param name="Socket">Where it listens; null where there is no manager.</param>
/// <param name="Watchdog">How long it bears silence; null: for ever.</param>
internal sealed record ServiceManagerAddress(string? Socket, TimeSpan? Watchdog)
{
    /// <summary>From the variables of sd_notify(3) and sd_watchdog_enabled(3).</summary>
    /// <param name="environment">Looks up a variable.</param>
    /// <param name="pid">This process: the watchdog may be meant for another one.</param>
    public static ServiceManagerAddress Of(Func<string, string?> environment, int pid)
    {
        var isMine = environment("WATCHDOG_PID") is not { Length: > 0 } other || other == pid.ToString(CultureInfo.InvariantCulture);
        return new ServiceManagerAddress(
            environment("NOTIFY_SOCKET") is { Length: > 0 } path ? path : null,
            isMine && long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var usec) && usec > 0
                ? TimeSpan.FromMicroseconds(usec)
                : null);
    }

    /// <summary>Of this process; the variables go, so that no child takes them for its own.</summary>
    public static ServiceManagerAddress TakeFromProcess()
    {
        var address = Of(Environment.GetEnvironmentVariable, Environment.ProcessId);
        foreach (var name in (string[])["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"])
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        return address;
    }
}
