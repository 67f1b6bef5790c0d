namespace MarketManager.Actors.Settings;

/// <summary>Small values that the system remembers across restarts.</summary>
public interface ISettingStore
{
    /// <summary>The value; null where there is none.</summary>
    ValueTask<string?> Read(string key, CancellationToken cancellationToken);

    /// <summary>Keeps a value; null forgets it. Durable before it is answered.</summary>
    ValueTask Write(string key, string? value, CancellationToken cancellationToken);
}

/// <summary>The keys in use.</summary>
public static class SettingKeys
{
    /// <summary><c>true</c> while all exchanges are paused.</summary>
    public const string Paused = "paused";

    /// <summary>Where the simulator of a demo node was last reached; the address of venue <c>sim</c>.</summary>
    public const string SimulatorUrl = "simulator_url";
}

/// <summary>What the store says of itself.</summary>
/// <param name="Engine">Such as <c>sqlite</c>.</param>
/// <param name="Version">The engine's version.</param>
/// <param name="Ok">Whether it reads and writes now.</param>
/// <param name="Detail">Why not. Where it does: what else people must know, such as that something was lost; null: nothing.</param>
public sealed record StoreHealth(string Engine, string Version, bool Ok, string? Detail);

/// <summary>Tells whether the store works.</summary>
public interface IStoreHealth
{
    /// <summary>Asks the store for a sign of life.</summary>
    ValueTask<StoreHealth> Check(CancellationToken cancellationToken);
}
