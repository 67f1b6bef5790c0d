using System.Buffers.Binary;

namespace MarketManager.Cluster.Peers.Wire;

/// <summary>What a frame is. The numbers are part of the protocol.</summary>
internal enum FrameKind : byte
{
    /// <summary>Asks for an operation.</summary>
    Request = 1,

    /// <summary>Answers a request; its code is the <see cref="PeerOutcome"/>.</summary>
    Reply = 2,

    /// <summary>The asker no longer waits for a request.</summary>
    Cancel = 3,

    /// <summary>Asks for a life sign.</summary>
    Ping = 4,

    /// <summary>Gives one.</summary>
    Pong = 5,

    /// <summary>The serving side stops: it answers what it has, declines what comes, and waits for the asker to close.</summary>
    Leave = 6,
}

/// <summary>
/// The fixed head of every frame: <c>length u32, kind u8, code u8, operation u16, call u32, remaining ms i32, id 16</c>, little
/// endian, the id as RFC 9562 writes it. The length counts what follows it.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Code">Of a request its flags, of a reply its outcome.</param>
/// <param name="Operation">Of a request.</param>
/// <param name="Call">Where the asker waits; a reply and a cancel repeat it.</param>
/// <param name="Remaining">Of a request: milliseconds that its asker still waits.</param>
/// <param name="Id">Of a request; its reply repeats it, so that a late one never meets another call.</param>
internal readonly record struct FrameHeader(FrameKind Kind, byte Code, ushort Operation, uint Call, int Remaining, Guid Id)
{
    /// <summary>In bytes.</summary>
    public const int Size = 32;

    /// <summary>Flag of a request: see <see cref="PeerRequest.IsSafe"/>.</summary>
    public const byte Safe = 2;

    private const int LengthField = 4;

    /// <summary>A frame that has only a kind.</summary>
    public FrameHeader(FrameKind kind)
        : this(kind, 0, 0, 0, 0, default)
    {
    }

    /// <summary>Writes the header of a frame with so many bytes of payload.</summary>
    public void Write(Span<byte> to, int payload)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to, Size - LengthField + payload);
        to[4] = (byte)Kind;
        to[5] = Code;
        BinaryPrimitives.WriteUInt16LittleEndian(to[6..], Operation);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], Call);
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], Remaining);
        _ = Id.TryWriteBytes(to[16..], bigEndian: true, out _);
    }

    /// <summary>Reads a header.</summary>
    /// <exception cref="PeerProtocolException">This is none, or its frame is too long.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> from)
    {
        var kind = (FrameKind)from[4];
        return kind is >= FrameKind.Request and <= FrameKind.Leave
            ? new FrameHeader(
                kind,
                from[5],
                BinaryPrimitives.ReadUInt16LittleEndian(from[6..]),
                BinaryPrimitives.ReadUInt32LittleEndian(from[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(from[12..]),
                new Guid(from.Slice(16, 16), bigEndian: true))
            : throw new PeerProtocolException($"a frame of the unknown kind {from[4]}");
    }

    /// <summary>The whole length of the frame that begins here, header included; its first four bytes are enough.</summary>
    /// <exception cref="PeerProtocolException">It is longer or shorter than a frame can be.</exception>
    public static int LengthOf(ReadOnlySpan<byte> from)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(from);
        return length is >= Size - LengthField and <= Size - LengthField + PeerRequest.MaxPayload
            ? (int)length + LengthField
            : throw new PeerProtocolException($"a frame of {length} bytes");
    }
}

/// <summary>The other side does not speak the protocol; the connection is of no use any more.</summary>
internal sealed class PeerProtocolException(string what) : Exception($"the other side sent {what}");
