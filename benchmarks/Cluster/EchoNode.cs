using MarketManager.Api.Peers;
using MarketManager.Benchmarks.WholeNode;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Benchmarks.Cluster;

/// <summary>A node that does nothing but ask an actor for what it is asked, in a process of its own: <c>echo</c>.</summary>
internal static class EchoNode
{
    /// <summary>What both nodes know.</summary>
    public static readonly PeerOptions Options = new() { Secret = "a secret of the benchmark alone" };

    private static readonly Guid ClusterId = new("5c1b7a34-61e0-7a39-b0d5-4f6a1c3b2e01");
    private static readonly Guid CallerId = new("5c1b7a34-61e0-7a39-b0d5-4f6a1c3b2e02");
    private static readonly Guid CalleeId = new("5c1b7a34-61e0-7a39-b0d5-4f6a1c3b2e03");

    /// <summary>The view of the node that asks.</summary>
    public static IClusterViews Caller(Member callee) => new FixedView(CallerId, callee);

    /// <summary>The node as a member, listening there.</summary>
    public static Member Member(string url) => new(CalleeId, "echo", new Uri(url), ["gather"], 1, false, default);

    /// <summary>Starts the process.</summary>
    public static ChildProcess Start() =>
        ChildProcess.Start(Path.ChangeExtension(typeof(EchoNode).Assembly.Location, null), "echo");

    /// <summary>Serves until it is told to end; prints where.</summary>
    public static async Task Serve()
    {
        var world = World.Real();
        await using var system = new ActorSystem("echo", world, NullLoggerFactory.Instance);
        var handler = new Handler(system.Spawn<Echo.Message>("echo", () => new Echo()));
        await using var server = new PeerServer(
            handler, new FixedView(CalleeId, Member("http://127.0.0.1")), Options, world, NullLogger<PeerServer>.Instance);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting().AddSingleton(server);
        await using var app = builder.Build();
        PeerEndpoint.Use(app);
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await app.WaitForShutdownAsync();
    }

    private sealed class Handler(ActorRef<Echo.Message> actor) : IPeerHandler
    {
        public async ValueTask<PeerReply> Handle(PeerRequest request, CancellationToken cancellationToken) =>
            PeerReply.Of(await actor.Ask<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>(
                request.Payload, static (payload, reply) => new Echo.Message(payload, reply), request.Within, cancellationToken));
    }

    private sealed class Echo : Actor<Echo.Message>
    {
        protected override ValueTask OnMessage(Message message)
        {
            message.Reply.Send(message.Payload);
            return default;
        }

        public sealed record Message(ReadOnlyMemory<byte> Payload, ReplyTo<ReadOnlyMemory<byte>> Reply);
    }

    private sealed class FixedView(Guid me, Member callee) : IClusterViews
    {
        public ClusterView Current { get; } = new(ClusterId, 1, me, [callee], new Dictionary<string, IReadOnlyList<ShardOwner>>());

        public async ValueTask<ClusterView> After(ClusterView seen, CancellationToken cancellationToken)
        {
            if (seen == Current)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return Current;
        }
    }
}
