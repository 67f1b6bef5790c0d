using MarketManager.Api.Status;
using MarketManager.Host.Settings;
using MarketManager.Kernel;

namespace MarketManager.Host.Composition;

/// <summary>Who a node is.</summary>
internal static class NodeIdentity
{
    /// <summary>From its settings, with the defaults of the contract: named after host and port, reached at its first URL.</summary>
    public static NodeInfo Of(NodeSettings settings, World world)
    {
        var url = settings.Urls[0];
        var now = world.Now;
        return new NodeInfo(
            settings.NodeName ?? $"{Environment.MachineName}:{url.Port}",
            world.NewId(now),
            AddressOf(settings),
            settings.Roles,
            settings.Environment.ToString().ToLowerInvariant(),
            now);
    }

    /// <summary>Where other nodes reach it.</summary>
    public static string AddressOf(NodeSettings settings) =>
        settings.NodeAddress?.GetLeftPart(UriPartial.Authority) ?? settings.Urls[0].ToString();
}
