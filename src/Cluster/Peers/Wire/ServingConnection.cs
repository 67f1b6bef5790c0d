namespace MarketManager.Cluster.Peers.Wire;

/// <summary>The end of a connection that answers.</summary>
internal sealed class ServingConnection(Stream stream, Action abort, RequestLedger ledger, PeerOptions options, TimeProvider time)
    : PeerConnection(stream, abort, options, time)
{
    private static readonly byte[] Stopping = "that node stops"u8.ToArray();
    private static readonly byte[] Late = "its time was over before it began"u8.ToArray();

    private int _begun;
    private volatile bool _isLeaving;

    /// <summary>Answers what it has and declines what comes; the other side then closes.</summary>
    public void Leave()
    {
        _isLeaving = true;
        Send(FrameKind.Leave);
    }

    /// <inheritdoc/>
    protected override void OnFrame(in Frame frame)
    {
        switch (frame.Header.Kind)
        {
            case FrameKind.Request:
                Begin(frame.Header, frame.Payload);
                break;
            case FrameKind.Cancel:
                // Elsewhere: what listens may take its time, such as the database's driver, and pings are to be answered meanwhile.
                var id = frame.Header.Id;
                _ = Task.Run(() => ledger.GiveUp(id));
                break;
            case FrameKind.Ping:
                Send(FrameKind.Pong);
                break;
            default:
                throw new PeerProtocolException($"a frame of the kind {frame.Header.Kind}, which askers do not send");
        }
    }

    /// <inheritdoc/>
    protected override void OnClosed(string why)
    {
        // What was begun goes on: who asked may ask again over another connection, and then gets its answer.
    }

    private void Begin(FrameHeader header, byte[] payload)
    {
        if (_isLeaving)
        {
            Answer(header, new PeerReply(PeerOutcome.Declined, Stopping));
        }
        else if (header.Remaining <= 0)
        {
            Answer(header, new PeerReply(PeerOutcome.Expired, Late));
        }
        else if (Volatile.Read(ref _begun) >= Options.MaxCalls)
        {
            Answer(header, PeerReply.Without(PeerOutcome.Busy, $"that node works on {Options.MaxCalls} requests of this one already"));
        }
        else
        {
            var answer = ledger.Handle(new PeerRequest(header.Id, header.Operation, payload, TimeSpan.FromMilliseconds(header.Remaining))
            {
                IsSafe = (header.Code & FrameHeader.Safe) != 0,
            });
            if (answer.IsCompletedSuccessfully)
            {
                Answer(header, answer.GetAwaiter().GetResult());
            }
            else
            {
                _ = AnswerLater(header, answer);
            }
        }
    }

    private async Task AnswerLater(FrameHeader header, ValueTask<PeerReply> answer)
    {
        Interlocked.Increment(ref _begun);
        try
        {
            Answer(header, await answer);
        }
        finally
        {
            Interlocked.Decrement(ref _begun);
        }
    }

    // What does not fit is answered as failed, and kept in the ledger: who repeats may have more luck.
    private void Answer(FrameHeader request, PeerReply reply)
    {
        var bytes = reply.Payload.Length;
        if (bytes <= PeerRequest.MaxPayload && TryAnswer(request, reply))
        {
            return;
        }

        if (!TryAnswer(request, PeerReply.Without(PeerOutcome.Failed, $"it was executed, but its answer of {bytes} bytes is too much to send")))
        {
            Close($"{Options.MaxQueuedBytes} bytes of answers are not read by the other side");
        }
    }

    private bool TryAnswer(FrameHeader request, PeerReply reply) => Writer.TryAdd(
        new FrameHeader(FrameKind.Reply, (byte)reply.Outcome, 0, request.Call, 0, request.Id), reply.Payload.Span, out _);
}
