using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MarketManager.Api.Peers;
using MarketManager.Cluster.Peers;
using MarketManager.Cluster.Peers.Wire;
using MarketManager.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Cluster.Tests.Peers;

public sealed class HandshakeTests
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes(TestNode.Secret);

    [Fact]
    public async Task Another_secret_is_refused_and_told_why()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker(TestNode.Options(secret: "quite another secret"));
        var reply = await asker.Ask(TestHandler.Echo);
        Assert.Equal(PeerOutcome.Refused, reply.Outcome);
        Assert.EndsWith("that node has another cluster secret", reply.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_of_another_cluster_is_refused_and_told_why()
    {
        var other = new Guid("0199a000-0000-7000-8000-000000000002");
        await using var node = await TestNode.Start();
        await using var asker = node.Asker(cluster: other);
        var reply = await asker.Ask(TestHandler.Echo);
        Assert.Equal(PeerOutcome.Refused, reply.Outcome);
        Assert.EndsWith($"that node is of the cluster {TestNode.ClusterId}, not of {other}", reply.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_incarnation_is_refused_and_told_why()
    {
        await using var node = await TestNode.Start();
        await using var asker = node.Asker(to: node.Member with { Incarnation = TestNode.World.NewId(default) });
        var reply = await asker.Ask(TestHandler.Echo);
        Assert.Equal(PeerOutcome.Refused, reply.Outcome);
        Assert.EndsWith("that node has been restarted", reply.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_no_member_refuses_and_tells_why()
    {
        var (near, far) = await SocketPair.Open();
        await using (near)
        await using (far)
        {
            var answered = Handshake.Answer(far, default, Key, "that node is not a member of its cluster now", CancellationToken.None);
            var refused = await Assert.ThrowsAsync<PeerRefusedException>(
                () => Handshake.Call(near, default, Guid.Empty, Key, CancellationToken.None));
            Assert.Equal("that node is not a member of its cluster now", refused.Message);
            await Assert.ThrowsAsync<PeerRefusedException>(() => answered);
        }
    }

    [Fact]
    public async Task A_callee_that_does_not_know_the_secret_is_refused()
    {
        var (near, far) = await SocketPair.Open();
        await using (near)
        await using (far)
        {
            var called = Handshake.Call(near, new Identity(TestNode.ClusterId, Guid.Empty), Guid.Empty, Key, CancellationToken.None);
            var hello = new byte[84];
            await far.ReadExactlyAsync(hello);

            // It gives back what it was given, nonce and proof.
            await far.WriteAsync((byte[])[0, .. hello[^32..]]);
            var proof = new byte[32];
            await far.ReadExactlyAsync(proof);
            await far.WriteAsync((byte[])[0, .. proof]);
            var refused = await Assert.ThrowsAsync<PeerRefusedException>(() => called);
            Assert.Equal("what answers there does not know the cluster's secret", refused.Message);
        }
    }

    [Fact]
    public async Task What_was_said_once_proves_nothing_again()
    {
        var me = new Identity(TestNode.ClusterId, TestNode.World.NewId(default));
        byte[] said;
        var (near, far) = await SocketPair.Open();
        await using (near)
        await using (far)
        {
            await using var recorded = new RecordingStream(near);
            var answered = Handshake.Answer(far, me, Key, null, CancellationToken.None);
            await Handshake.Call(recorded, me, me.Incarnation, Key, CancellationToken.None);
            Assert.Equal(me, await answered);
            said = recorded.Written;
        }

        (near, far) = await SocketPair.Open();
        await using (near)
        await using (far)
        {
            await near.WriteAsync(said);
            var refused = await Assert.ThrowsAsync<PeerRefusedException>(() => Handshake.Answer(far, me, Key, null, CancellationToken.None));
            Assert.Equal("that node has another cluster secret", refused.Message);
            Assert.DoesNotContain(TestNode.Secret, Encoding.Latin1.GetString(said), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Garbage_instead_of_a_handshake_is_cut_off()
    {
        await using var node = await TestNode.Start();
        await using var stream = await Dial(node);
        await stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await ExpectEnd(stream);
    }

    [Fact]
    public async Task Who_does_not_say_who_it_is_in_time_is_cut_off()
    {
        await using var node = await TestNode.Start(new PeerOptions { Secret = TestNode.Secret, HandshakePatience = TimeSpan.FromMilliseconds(100) });
        await using var stream = await Dial(node);
        await stream.WriteAsync("MMP"u8.ToArray());
        await ExpectEnd(stream);
    }

    [Fact]
    public async Task Strangers_that_keep_silent_keep_no_node_out()
    {
        await using var node = await TestNode.Start(
            new PeerOptions { Secret = TestNode.Secret, MaxHandshakes = 2, HandshakePatience = TimeSpan.FromHours(1) });
        await using var first = await Dial(node);
        await using var second = await Dial(node);
        await using var third = await Dial(node);
        await using var asker = node.Asker();
        Assert.True((await asker.Ask(TestHandler.Echo)).IsReplied);
        await await Task.WhenAny(ExpectEnd(first), ExpectEnd(second), ExpectEnd(third)); // whichever knocked first
    }

    [Fact]
    public async Task A_frame_that_is_too_long_costs_the_connection()
    {
        await using var node = await TestNode.Start();
        await using var stream = await Admitted(node);
        var head = new byte[FrameHeader.Size];
        new FrameHeader(FrameKind.Request, 0, TestHandler.Echo, 0, 1000, default).Write(head, PeerRequest.MaxPayload + 1);
        await stream.WriteAsync(head);
        await ExpectEnd(stream);
        Assert.Equal(0, node.Handler.Executed);
    }

    [Fact]
    public async Task A_frame_of_an_unknown_kind_costs_the_connection()
    {
        await using var node = await TestNode.Start();
        await using var stream = await Admitted(node);
        var head = new byte[FrameHeader.Size];
        new FrameHeader((FrameKind)99).Write(head, 0);
        await stream.WriteAsync(head);
        await ExpectEnd(stream);
    }

    [Fact]
    public async Task A_request_whose_time_is_over_when_it_arrives_is_not_begun()
    {
        await using var node = await TestNode.Start();
        await using var stream = await Admitted(node);
        var frame = new byte[FrameHeader.Size];
        new FrameHeader(FrameKind.Request, 0, TestHandler.Echo, 5, 0, default).Write(frame, 0);
        await stream.WriteAsync(frame);
        await stream.ReadExactlyAsync(frame);
        var answer = FrameHeader.Read(frame);
        Assert.Equal((FrameKind.Reply, (byte)PeerOutcome.Expired, 5u), (answer.Kind, answer.Code, answer.Call));
        Assert.Equal(0, node.Handler.Executed);
    }

    [Fact]
    public async Task Without_a_cluster_there_is_nothing_to_connect_to()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        await using var app = builder.Build();
        PeerEndpoint.Use(app);
        await app.StartAsync();
        var refused = await Assert.ThrowsAsync<PeerRefusedException>(
            () => new PeerDialer(null).Open(new Uri(app.Urls.Single()), CancellationToken.None));
        Assert.Equal("what answers there takes no peers: HTTP/1.1 404 Not Found", refused.Message);
    }

    [Fact]
    public async Task A_request_without_the_upgrade_is_told_to_upgrade()
    {
        await using var node = await TestNode.Start();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(node.Member.Address, "/peer"));
        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
    }

    [Fact]
    public async Task An_https_address_is_trusted_by_the_given_authority_only()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TestNode.World.Now;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
            await using var node = await TestNode.Start(certificate: certificate);
            Assert.Equal("https", node.Member.Address.Scheme);
            await using var trusting = node.Asker(TestNode.Options(authorities: file));
            Assert.True((await trusting.Ask(TestHandler.Echo)).IsReplied);
            await using var other = node.Asker();
            Assert.Equal(PeerOutcome.Unreachable, (await other.Ask(TestHandler.Echo)).Outcome);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_connection_that_ended_with_its_request_can_still_be_closed()
    {
        using var ledger = new RequestLedger(new TestHandler(), TestNode.World, NullLogger.Instance);
        var connection = new ServingConnection(
            new MemoryStream(), () => throw new ObjectDisposedException("the request"), ledger, TestNode.Options(), TimeProvider.System);
        connection.Close("it was silent");
        Assert.Equal("it was silent", connection.Ended);
    }

    [Fact]
    public void A_peer_is_complained_about_once_a_minute()
    {
        var time = new ManualTime();
        var limiter = new LogLimiter(time);
        Assert.True(limiter.MayLog("a"));
        Assert.True(limiter.MayLog("b"));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(limiter.MayLog("a"));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limiter.MayLog("a"));
    }

    private static Task<Stream> Dial(TestNode node) =>
        new PeerDialer(null).Open(node.Member.Address, CancellationToken.None);

    private static async Task<Stream> Admitted(TestNode node)
    {
        var stream = await Dial(node);
        await Handshake.Call(
            stream, new Identity(TestNode.ClusterId, TestNode.World.NewId(default)), node.Member.Incarnation, Key, CancellationToken.None);
        return stream;
    }

    private static async Task ExpectEnd(Stream stream)
    {
        using var patience = new CancellationTokenSource(Asker.Patience);
        try
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1], patience.Token));
        }
        catch (IOException)
        {
            // Cut off rather than closed: as good.
        }
    }

    private sealed class RecordingStream(Stream inner) : MemoryStream
    {
        public byte[] Written => ToArray();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken);
            await inner.WriteAsync(buffer, cancellationToken);
        }
    }
}
