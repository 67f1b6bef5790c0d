using System.Net;
using System.Net.Sockets;
using System.Text;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Api.Tests;

/// <summary>Where API keys are required, nodes come in by the cluster's secret, through one door that leads nowhere else.</summary>
public sealed class PeerTests : IPeerHandler, IAsyncDisposable
{
    private const string Upgrade = "Connection: Upgrade\r\nUpgrade: marketmanager-peer/1\r\n";
    private static readonly ApiOptions KeysRequired = new() { Access = AccessMode.KeysRequired };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly World _world = World.Real();
    private readonly Views _callee;
    private readonly Views _caller;
    private readonly PeerServer _server;
    private int _handled;

    public PeerTests()
    {
        var cluster = _world.NewId(_world.Now);
        _callee = new Views(cluster, _world.NewId(_world.Now));
        _caller = new Views(cluster, _world.NewId(_world.Now));
        _server = new PeerServer(this, _callee, Options("a secret of these tests"), _world, NullLogger<PeerServer>.Instance);
    }

    [Fact]
    public async Task Node_with_the_clusters_secret_needs_no_key()
    {
        await using var api = await ApiServer.Start(KeysRequired, peers: _server);
        Assert.Equal("asked 7", Encoding.UTF8.GetString((await Ask(api, "a secret of these tests")).Payload.Span));
        Assert.Equal(1, _handled);
    }

    [Fact]
    public async Task Stranger_without_the_secret_gets_nothing_not_even_with_a_key()
    {
        await using var api = await ApiServer.Start(KeysRequired, peers: _server);
        var refused = await Ask(api, "what a stranger guesses");
        Assert.Equal(PeerOutcome.Refused, refused.Outcome);
        Assert.EndsWith("that node has another cluster secret", refused.Why, StringComparison.Ordinal);

        // Who comes through the door and speaks as to the API hears nothing at all.
        var key = api.Keys.Put(Actors.Access.Role.Admin);
        var heard = await Say(api, $"GET /peer HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n{Upgrade}\r\n", "GET /api/exchanges/ HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", heard, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", heard, StringComparison.Ordinal);
        Assert.Equal(2, heard.Split("\r\n\r\n").Length);
        Assert.Equal(0, _handled);
    }

    [Theory]
    [InlineData("/api/exchanges/")]
    [InlineData("/api/cluster/")]
    [InlineData("/api/keys/")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/peers")]
    [InlineData("/peer/")]
    [InlineData("/peer/../api/exchanges/")]
    [InlineData("/peer/api/exchanges/")]
    [InlineData("//peer")]
    [InlineData("/Peer")]
    [InlineData("/api/peer")]
    [InlineData("/api/exchanges/?path=/peer")]
    public async Task Asking_for_the_upgrade_opens_nothing_but_that_door(string path)
    {
        await using var api = await ApiServer.Start(KeysRequired, peers: _server);
        var heard = await Say(api, $"GET {path} HTTP/1.1\r\nHost: x\r\n{Upgrade}\r\n");
        Assert.StartsWith("HTTP/1.1 401 ", heard, StringComparison.Ordinal);
        Assert.Equal(0, _handled);
    }

    [Theory]
    [InlineData("GET /peer HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 426 ")]
    [InlineData("GET /peer HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "HTTP/1.1 426 ")]
    [InlineData("POST /peer HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 426 ")]
    public async Task Door_is_for_nodes_only(string request, string status)
    {
        await using var api = await ApiServer.Start(KeysRequired, peers: _server);
        var heard = await Say(api, request);
        Assert.StartsWith(status, heard, StringComparison.Ordinal);
        Assert.Contains("\r\nUpgrade: marketmanager-peer/1\r\n", heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_on_its_own_has_no_such_door()
    {
        await using var api = await ApiServer.Start(KeysRequired);
        Assert.StartsWith("HTTP/1.1 404 ", await Say(api, $"GET /peer HTTP/1.1\r\nHost: x\r\n{Upgrade}\r\n"), StringComparison.Ordinal);
    }

    public ValueTask<PeerReply> Handle(PeerRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _handled);
        return new(PeerReply.Of(Encoding.UTF8.GetBytes($"asked {request.Operation}")));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static PeerOptions Options(string secret) => new() { Secret = secret };

    private async Task<PeerReply> Ask(ApiServer api, string secret)
    {
        var callee = new Member(_callee.Current.Me, "callee", api.Http.BaseAddress!, ["gather"], 1, false, default);
        _caller.Current = _caller.Current with { Members = [callee] };
        await using var peers = new MarketManager.Cluster.Peers.Peers(_caller, Options(secret), _world, NullLogger<MarketManager.Cluster.Peers.Peers>.Instance);
        return await peers.Ask(callee, new PeerRequest(_world.NewId(_world.Now), 7, default, Patience), CancellationToken.None);
    }

    /// <summary>Says something, and what comes after the answer's head; hears the head, or all until the other side has nothing more to say.</summary>
    private static async Task<string> Say(ApiServer api, string request, string? after = null)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, api.Http.BaseAddress!.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        var heard = await Hear(socket, text => text.Contains("\r\n\r\n", StringComparison.Ordinal));
        if (after is null)
        {
            return heard;
        }

        await socket.SendAsync(Encoding.ASCII.GetBytes(after));
        return heard + await Hear(socket, _ => false);
    }

    private static async Task<string> Hear(Socket socket, Func<string, bool> isAll)
    {
        var heard = string.Empty;
        var buffer = new byte[8192];
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (!isAll(heard) && await socket.ReceiveAsync(buffer, patience.Token) is > 0 and var read)
            {
                heard += Encoding.ASCII.GetString(buffer, 0, read);
            }
        }
        catch (SocketException)
        {
            // Cut off rather than closed: as good.
        }

        return heard;
    }

    private sealed class Views(Guid cluster, Guid me) : IClusterViews
    {
        public ClusterView Current { get; set; } = ClusterView.Empty with { Cluster = cluster, Me = me };

        public async ValueTask<ClusterView> After(ClusterView seen, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return Current;
        }
    }
}
