namespace MarketManager.Chaos.Tests.Rig;

/// <summary>What a link does to what passes through it.</summary>
internal sealed record Weather
{
    /// <summary>Everything passes as it comes.</summary>
    public static Weather Fair { get; } = new();

    /// <summary>Nothing passes, and nobody is told.</summary>
    public static Weather Held { get; } = new() { IsHeld = true };

    /// <summary>Whether all that comes waits for better weather.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Each piece waits for up to so long; as on a lossy line, where pieces are sent again.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How likely a piece breaks its connection, unsent.</summary>
    public double Cut { get; init; }

    /// <summary>How likely only a part of what a caller sends passes; the rest waits for <see cref="TornFor"/>.</summary>
    public double Tear { get; init; }

    /// <summary>How long the rest of a torn piece waits.</summary>
    public TimeSpan TornFor { get; init; }

    /// <summary>Whether answers vanish, and their connections with them when the weather changes: the caller never learns what became
    /// of what it sent.</summary>
    public bool SwallowsReplies { get; init; }

    /// <summary>Callers, by pid, to whom only this applies; null: all.</summary>
    public IReadOnlySet<int>? Only { get; init; }
}
