namespace MarketManager.Cluster.Peers.Wire;

/// <summary>Collects frames and writes all that wait at once: while one write is under way, the next one fills.</summary>
/// <param name="stream">Where to.</param>
/// <param name="capacity">Bytes that may wait; what would exceed it is not taken.</param>
/// <param name="fail">Told once a write has failed.</param>
internal sealed class FrameWriter(Stream stream, int capacity, Action<Exception> fail) : IThreadPoolWorkItem
{
    private const int UsualBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private byte[] _filling = new byte[UsualBytes];
    private byte[] _sending = new byte[UsualBytes];
    private int _filled;
    private long _handedOver;
    private bool _isWriting;
    private bool _isHeld;
    private bool _isClosed;

    /// <summary>How many bytes the stream was given, or is being given: what lies behind was certainly never sent.</summary>
    public long HandedOver => Interlocked.Read(ref _handedOver);

    /// <summary>Takes a frame to be written soon, or not at all.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="payload">Copied.</param>
    /// <param name="position">Where in the stream it begins; compare with <see cref="HandedOver"/>.</param>
    /// <returns>False where the queue is full or the writer closed.</returns>
    public bool TryAdd(in FrameHeader header, ReadOnlySpan<byte> payload, out long position)
    {
        lock (_gate)
        {
            position = _handedOver + _filled;
            var length = FrameHeader.Size + payload.Length;
            if (_isClosed || length > capacity - _filled)
            {
                return false;
            }

            MakeRoom(length);
            header.Write(_filling.AsSpan(_filled), payload.Length);
            payload.CopyTo(_filling.AsSpan(_filled + FrameHeader.Size));
            _filled += length;
            if (_isHeld || _isWriting)
            {
                return true;
            }

            _isWriting = true;
        }

        // Behind what the pool has to do already, which may well have more to say.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>Writes nothing until <see cref="Release"/>, which follows soon.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _isHeld = true;
        }
    }

    /// <summary>Writes what waits.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _isHeld = false;
            if (_isWriting || _filled == 0 || _isClosed)
            {
                return;
            }

            _isWriting = true;
        }

        _ = Write();
    }

    /// <summary>Takes and writes nothing more; what waits is dropped.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => _ = Write();

    private async Task Write()
    {
        try
        {
            while (TakeFilled() is { Length: > 0 } bytes)
            {
                await stream.WriteAsync(bytes);
            }
        }
        catch (Exception e)
        {
            fail(e);
        }
    }

    private ReadOnlyMemory<byte> TakeFilled()
    {
        lock (_gate)
        {
            if (_filled == 0 || _isClosed || _isHeld)
            {
                _isWriting = false;
                return default;
            }

            var bytes = _filling.AsMemory(0, _filled);
            _handedOver += _filled;
            _filled = 0;
            (_filling, _sending) = (_sending.Length > 16 * UsualBytes ? new byte[UsualBytes] : _sending, _filling);
            return bytes;
        }
    }

    private void MakeRoom(int length)
    {
        var needed = _filled + length;
        if (needed > _filling.Length)
        {
            Array.Resize(ref _filling, (int)Math.Min(Math.Max(needed, 2L * _filling.Length), Array.MaxLength));
        }
    }
}
