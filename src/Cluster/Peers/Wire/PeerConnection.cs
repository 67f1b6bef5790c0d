namespace MarketManager.Cluster.Peers.Wire;

/// <summary>One end of an authenticated connection: reads frames until it closes, and notices silence.</summary>
internal abstract class PeerConnection
{
    // Counted in ticks, not in time: after this process itself stood still, one late tick proves nothing about the other.
    private const int DeadlySilence = 2;

    private readonly FrameReader _reader;
    private readonly Action _abort;
    private int _readsSeen;
    private int _silentTicks;
    private string? _ended;

    /// <summary>Takes over a connection.</summary>
    /// <param name="stream">Where frames come and go.</param>
    /// <param name="abort">Cuts it, so that what reads or writes fails.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">The clock.</param>
    protected PeerConnection(Stream stream, Action abort, PeerOptions options, TimeProvider time)
    {
        _reader = new FrameReader(stream);
        Writer = new FrameWriter(stream, options.MaxQueuedBytes, e => Close(e.Message));
        _abort = abort;
        Options = options;
        Time = time;
    }

    /// <summary>How often something was received.</summary>
    public int Reads => _reader.Reads;

    /// <summary>Why it is closed; null while it is not.</summary>
    public string? Ended => Volatile.Read(ref _ended);

    /// <summary>The limits.</summary>
    protected PeerOptions Options { get; }

    /// <summary>The clock.</summary>
    protected TimeProvider Time { get; }

    /// <summary>What is sent.</summary>
    protected FrameWriter Writer { get; }

    /// <summary>Reads until the connection is closed.</summary>
    public async Task Run()
    {
        await using var pulse = Time.CreateTimer(
            static end => ((PeerConnection)end!).OnTick(), this, Options.PingInterval, Options.PingInterval);
        try
        {
            while (await _reader.Read())
            {
                // What is sent while a batch is worked off leaves in one write.
                Writer.Hold();
                while (_reader.TryTake(out var frame))
                {
                    OnFrame(frame);
                }

                Writer.Release();
            }

            Close("the other side closed the connection");
        }
        catch (Exception e)
        {
            // A broken stream, or a side that does not speak the protocol: there is only one thing to do.
            Close(e.Message);
        }
    }

    /// <summary>Closes it; what is not written yet is dropped.</summary>
    public void Close(string why)
    {
        if (Interlocked.CompareExchange(ref _ended, why, null) is null)
        {
            Writer.Close();
            try
            {
                _abort();
            }
            catch (ObjectDisposedException)
            {
                // It has ended by itself meanwhile, and the request that it was with it.
            }

            OnClosed(why);
        }
    }

    /// <summary>Works off a frame. Throwing closes the connection.</summary>
    protected abstract void OnFrame(in Frame frame);

    /// <summary>Once, when it is closed.</summary>
    protected abstract void OnClosed(string why);

    /// <summary>Once per <see cref="PeerOptions.PingInterval"/>.</summary>
    protected virtual void OnTick()
    {
        var reads = Reads;
        _silentTicks = reads == _readsSeen ? _silentTicks + 1 : 0;
        _readsSeen = reads;
        if (_silentTicks >= DeadlySilence)
        {
            Close("the other side was silent for too long");
        }
    }

    /// <summary>Sends a frame that has only a kind; full queues do without it.</summary>
    protected void Send(FrameKind kind) => Writer.TryAdd(new FrameHeader(kind), [], out _);
}
