using System.Net;
using System.Security.Cryptography.X509Certificates;
using MarketManager.Api.Peers;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Cluster.Tests.Peers;

/// <summary>A node with nothing but its end for peers, on a real port; and what another node needs to ask it.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    public const string Secret = "a secret of these tests alone";
    public static readonly Guid ClusterId = new("0199a000-0000-7000-8000-000000000001");

    private readonly WebApplication _app;

    private TestNode(WebApplication app, PeerServer server, TestHandler handler, Guid incarnation)
    {
        _app = app;
        Server = server;
        Handler = handler;
        Member = new Member(incarnation, "callee", new Uri(app.Urls.Single()), ["gather"], 1, false, default);
    }

    public static World World { get; } = World.Real();

    public PeerServer Server { get; }

    public TestHandler Handler { get; }

    public Member Member { get; }

    public static PeerOptions Options(string secret = Secret, string? authorities = null) => new()
    {
        Secret = secret,
        Authorities = authorities is null ? null : PeerAuthorities.Read(authorities),
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(2),
    };

    public static async Task<TestNode> Start(PeerOptions? options = null, X509Certificate2? certificate = null)
    {
        var handler = new TestHandler();
        var incarnation = World.NewId(World.Now);
        var server = new PeerServer(
            handler, new TestViews(ClusterId, incarnation), options ?? Options(), World, NullLogger<PeerServer>.Instance);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        builder.Services.AddRouting().AddSingleton(server);
        var app = builder.Build();
        PeerEndpoint.Use(app);
        await app.StartAsync();
        return new TestNode(app, server, handler, incarnation);
    }

    /// <summary>A node that asks; it sees the given member, this one where none is given.</summary>
    public Asker Asker(PeerOptions? options = null, Guid? cluster = null, Member? to = null) =>
        new(to ?? Member, options ?? Options(), cluster ?? ClusterId);

    public async ValueTask DisposeAsync()
    {
        Handler.Open();
        await Server.DisposeAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>The node that asks.</summary>
internal sealed class Asker : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Member _to;
    private readonly MarketManager.Cluster.Peers.Peers _peers;

    public Asker(Member to, PeerOptions options, Guid cluster)
    {
        _to = to;
        Views = new TestViews(cluster, TestNode.World.NewId(TestNode.World.Now));
        Views.Set(to);
        _peers = new(Views, options, TestNode.World, NullLogger<MarketManager.Cluster.Peers.Peers>.Instance);
    }

    public TestViews Views { get; }

    public static PeerRequest Request(ushort operation, byte[]? payload = null, TimeSpan? within = null) =>
        new(TestNode.World.NewId(TestNode.World.Now), operation, payload ?? [1, 2, 3], within ?? Patience);

    public Task<PeerReply> Ask(PeerRequest request, CancellationToken cancellationToken = default) =>
        _peers.Ask(_to, request, cancellationToken).AsTask();

    public Task<PeerReply> Ask(ushort operation, byte[]? payload = null) => Ask(Request(operation, payload));

    public ValueTask DisposeAsync() => _peers.DisposeAsync();
}
