namespace MarketManager.Storage;

/// <summary>The instant of an event as it is kept: 100 ns since 1970 UTC, so that replay sees the very same.</summary>
internal static class EventTime
{
    public static long ToStored(DateTimeOffset at) => at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;

    public static DateTimeOffset FromStored(long stored) => new(DateTimeOffset.UnixEpoch.Ticks + stored, TimeSpan.Zero);
}
