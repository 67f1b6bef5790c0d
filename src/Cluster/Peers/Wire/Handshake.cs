using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MarketManager.Cluster.Peers.Wire;

/// <summary>Who speaks: a life of a node, in a cluster.</summary>
/// <param name="Cluster">The cluster's id.</param>
/// <param name="Incarnation">The node's.</param>
internal readonly record struct Identity(Guid Cluster, Guid Incarnation);

/// <summary>
/// What both sides say before anything else:
/// <code>
/// caller: "MMP1" cluster caller callee nonce          whom it is, whom it takes the other for
/// callee: 0 nonce            or 1 length reason       never a proof to somebody who has given none
/// caller: proof
/// callee: 0 proof            or 1 length reason
/// </code>
/// A proof is the HMAC-SHA256 under the secret of the side's role and all that was said, with a fresh nonce of either side in it:
/// an old one, or the other side's own, proves nothing. Who relays all of it learns no secret, but hears what follows; where the
/// network is not trusted, addresses are https.
/// </summary>
internal static class Handshake
{
    /// <summary>What is asked for in <c>Upgrade</c>.</summary>
    public const string Protocol = "marketmanager-peer/1";

    private const int IdBytes = 16;
    private const int NonceBytes = 32;
    private const int ProofBytes = HMACSHA256.HashSizeInBytes;
    private const int HelloBytes = 4 + (3 * IdBytes) + NonceBytes;
    private const int MaxReason = 1024;
    private const byte Accepted = 0;
    private const byte NotAccepted = 1;

    private static ReadOnlySpan<byte> Magic => "MMP1"u8;

    /// <summary>The caller's side.</summary>
    /// <exception cref="PeerRefusedException">The other side refuses, or does not know the secret.</exception>
    public static async Task Call(Stream stream, Identity me, Guid callee, byte[] secret, CancellationToken cancellationToken)
    {
        var hello = new byte[HelloBytes];
        Write(hello, me, callee, RandomNumberGenerator.GetBytes(NonceBytes));
        await stream.WriteAsync(hello, cancellationToken);
        var nonce = await ReadAnswer(stream, NonceBytes, cancellationToken);
        await stream.WriteAsync(Prove(secret, "caller"u8, hello, nonce), cancellationToken);
        var proof = await ReadAnswer(stream, ProofBytes, cancellationToken);
        if (!CryptographicOperations.FixedTimeEquals(proof, Prove(secret, "callee"u8, hello, nonce)))
        {
            throw new PeerRefusedException("what answers there does not know the cluster's secret");
        }
    }

    /// <summary>The callee's side.</summary>
    /// <param name="stream">To the caller.</param>
    /// <param name="me">Who is called.</param>
    /// <param name="secret">The cluster's.</param>
    /// <param name="closed">Why nobody is let in now; null where they are.</param>
    /// <param name="cancellationToken">Ends the patience.</param>
    /// <returns>Who called.</returns>
    /// <exception cref="PeerRefusedException">The caller was refused, and told why.</exception>
    /// <exception cref="PeerProtocolException">The caller speaks something else.</exception>
    public static async Task<Identity> Answer(
        Stream stream, Identity me, byte[] secret, string? closed, CancellationToken cancellationToken)
    {
        var hello = new byte[HelloBytes];
        await stream.ReadExactlyAsync(hello.AsMemory(0, Magic.Length), cancellationToken);
        if (!hello.AsSpan().StartsWith(Magic))
        {
            throw new PeerProtocolException("no handshake");
        }

        await stream.ReadExactlyAsync(hello.AsMemory(Magic.Length), cancellationToken);
        var caller = new Identity(ReadId(hello, 0), ReadId(hello, 1));
        if (closed is not null)
        {
            await Refuse(stream, closed, cancellationToken);
        }

        if (caller.Cluster != me.Cluster)
        {
            await Refuse(stream, $"that node is of the cluster {me.Cluster}, not of {caller.Cluster}", cancellationToken);
        }

        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        await stream.WriteAsync((byte[])[Accepted, .. nonce], cancellationToken);
        var proof = new byte[ProofBytes];
        await stream.ReadExactlyAsync(proof, cancellationToken);
        if (!CryptographicOperations.FixedTimeEquals(proof, Prove(secret, "caller"u8, hello, nonce)))
        {
            await Refuse(stream, "that node has another cluster secret", cancellationToken);
        }

        if (ReadId(hello, 2) != me.Incarnation)
        {
            await Refuse(stream, "that node has been restarted", cancellationToken);
        }

        await stream.WriteAsync((byte[])[Accepted, .. Prove(secret, "callee"u8, hello, nonce)], cancellationToken);
        return caller;
    }

    // Always throws, with the same reason.
    private static async Task Refuse(Stream stream, string why, CancellationToken cancellationToken)
    {
        var reason = Encoding.UTF8.GetBytes(why);
        var answer = new byte[3 + reason.Length];
        answer[0] = NotAccepted;
        BinaryPrimitives.WriteUInt16LittleEndian(answer.AsSpan(1), (ushort)reason.Length);
        reason.CopyTo(answer, 3);
        await stream.WriteAsync(answer, cancellationToken);
        throw new PeerRefusedException(why);
    }

    private static byte[] Prove(byte[] secret, ReadOnlySpan<byte> role, byte[] hello, byte[] nonce) =>
        HMACSHA256.HashData(secret, (byte[])[.. role, .. hello, .. nonce]);

    private static void Write(Span<byte> hello, Identity me, Guid callee, byte[] nonce)
    {
        Magic.CopyTo(hello);
        hello = hello[Magic.Length..];
        foreach (var id in (ReadOnlySpan<Guid>)[me.Cluster, me.Incarnation, callee])
        {
            _ = id.TryWriteBytes(hello, bigEndian: true, out _);
            hello = hello[IdBytes..];
        }

        nonce.CopyTo(hello);
    }

    private static Guid ReadId(byte[] hello, int number) =>
        new(hello.AsSpan(Magic.Length + (number * IdBytes), IdBytes), bigEndian: true);

    private static async Task<byte[]> ReadAnswer(Stream stream, int length, CancellationToken cancellationToken)
    {
        var head = new byte[3];
        await stream.ReadExactlyAsync(head.AsMemory(0, 1), cancellationToken);
        if (head[0] == Accepted)
        {
            var answer = new byte[length];
            await stream.ReadExactlyAsync(answer, cancellationToken);
            return answer;
        }

        await stream.ReadExactlyAsync(head.AsMemory(1), cancellationToken);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(1));
        if (head[0] != NotAccepted || size > MaxReason)
        {
            throw new PeerRefusedException("what answers there does not speak the protocol");
        }

        var reason = new byte[size];
        await stream.ReadExactlyAsync(reason, cancellationToken);
        throw new PeerRefusedException(Encoding.UTF8.GetString(reason));
    }
}

/// <summary>One side does not let the other in.</summary>
internal sealed class PeerRefusedException(string why) : Exception(why);
