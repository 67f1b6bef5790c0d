using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Kernel.Tests;

/// <summary>A system on the thread pool and the real clock, for what only threads can show.</summary>
internal static class RealSystem
{
    public static ActorSystem Create() => new("real", World.Real(), NullLoggerFactory.Instance);
}
