using MarketManager.EndToEnd.Tests.Nodes;

namespace MarketManager.Chaos.Tests.Rig;

/// <summary>Clocks for processes that look at them all the time: what is set, they see a second later.</summary>
internal static class Clocks
{
    /// <summary>So long after it was set every process has seen it.</summary>
    public static readonly TimeSpan Seen = TimeSpan.FromSeconds(2);

    /// <summary>One that PostgreSQL, which has a user of its own, can see too.</summary>
    public static SettableClock New()
    {
        var clock = new SettableClock();
        File.SetUnixFileMode(
            Path.GetDirectoryName(clock.Variables["FAKETIME_TIMESTAMP_FILE"])!,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return clock;
    }

    public static Dictionary<string, string> Variables(SettableClock clock)
    {
        var variables = clock.Variables.ToDictionary();
        variables.Remove("FAKETIME_NO_CACHE");
        variables["FAKETIME_CACHE_DURATION"] = "1";
        return variables;
    }
}
