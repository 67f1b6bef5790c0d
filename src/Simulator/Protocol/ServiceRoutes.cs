namespace MarketManager.Simulator.Protocol;

/// <summary>Whether the venue is there, and what time it has.</summary>
internal static class ServiceRoutes
{
    private static readonly ReadOnlyMemory<byte> Empty = "{}"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Normal = """{"status":0,"msg":"normal"}"""u8.ToArray();

    public static Call Ping(VenueQuery query, Instant now) => new(1, () => Empty);

    public static Call Time(VenueQuery query, Instant now) => new(1, () => Json.Render(64, writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("serverTime"u8, now.Write(now.Ms));
        writer.WriteEndObject();
    }));

    public static Call SystemStatus(VenueQuery query, Instant now) => new(1, () => Normal);
}
