using MarketManager.Api.Problems;
using MarketManager.Cluster.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace MarketManager.Api.Peers;

/// <summary>Where other nodes of the cluster connect: <c>GET /peer</c> with <c>Upgrade: marketmanager-peer/1</c>.</summary>
/// <remarks>Not part of the API: no keys, since both sides prove that they know the cluster's secret; no check of the Host, since
/// no browser can ask for this upgrade; no metrics of requests, since a connection lasts for days.</remarks>
internal static class PeerEndpoint
{
    /// <summary>Puts it in front of the API. Without a <see cref="PeerServer"/> there is nothing at that path.</summary>
    public static void Use(WebApplication app)
    {
        var server = app.Services.GetService<PeerServer>();
        app.UseWhen(
            http => http.Request.Path.Equals("/peer", StringComparison.Ordinal),
            branch => branch.Run(http => server is null
                ? Problem.NotFound("this node is not part of a cluster").Write(http)
                : Serve(http, server)));
    }

    private static async Task Serve(HttpContext http, PeerServer server)
    {
        var headers = http.Response.Headers;
        headers.Upgrade = PeerServer.Protocol;
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade
            || !string.Equals(http.Request.Headers.Upgrade, PeerServer.Protocol, StringComparison.OrdinalIgnoreCase))
        {
            headers.Connection = "Upgrade";
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }

        await using var stream = await upgrade.UpgradeAsync();
        await server.Serve(stream, $"{http.Connection.RemoteIpAddress}", http.Abort);
    }
}
