namespace MarketManager.Cluster.Peers.Wire;

/// <summary>A frame that was received.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Payload">Its own copy.</param>
internal readonly record struct Frame(FrameHeader Header, byte[] Payload);

/// <summary>Cuts what a stream brings into frames, as many as one read gave.</summary>
internal sealed class FrameReader(Stream stream)
{
    private const int UsualBytes = 64 * 1024;

    private byte[] _buffer = new byte[UsualBytes];
    private int _start;
    private int _end;

    /// <summary>How often something was received; for noticing silence.</summary>
    public int Reads { get; private set; }

    /// <summary>Waits until there is a whole frame to take.</summary>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="PeerProtocolException">What comes is no frame, or too long a one.</exception>
    public async ValueTask<bool> Read()
    {
        while (!HasFrame(out var length))
        {
            MakeRoom(length);
            var read = await stream.ReadAsync(_buffer.AsMemory(_end));
            if (read == 0)
            {
                return false;
            }

            Reads++;
            _end += read;
        }

        return true;
    }

    /// <summary>Takes the next frame, where it is here as a whole.</summary>
    public bool TryTake(out Frame frame)
    {
        if (!HasFrame(out var length))
        {
            frame = default;
            return false;
        }

        var bytes = _buffer.AsSpan(_start, length);
        frame = new Frame(FrameHeader.Read(bytes), bytes[FrameHeader.Size..].ToArray());
        _start += length;
        return true;
    }

    // The length is checked as soon as it is known: too long a frame is never waited for.
    private bool HasFrame(out int length)
    {
        var here = _buffer.AsSpan(_start, _end - _start);
        length = here.Length < FrameHeader.Size ? FrameHeader.Size : FrameHeader.LengthOf(here);
        return here.Length >= FrameHeader.Size && here.Length >= length;
    }

    private void MakeRoom(int length)
    {
        var here = _end - _start;
        var size = Math.Max(length, UsualBytes);
        if (size != _buffer.Length)
        {
            // A long frame has a buffer of its own, until the next read.
            var other = new byte[size];
            _buffer.AsSpan(_start, here).CopyTo(other);
            _buffer = other;
        }
        else if (_start > 0)
        {
            _buffer.AsSpan(_start, here).CopyTo(_buffer);
        }

        _start = 0;
        _end = here;
    }
}
