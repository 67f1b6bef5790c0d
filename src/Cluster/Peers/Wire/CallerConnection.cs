namespace MarketManager.Cluster.Peers.Wire;

/// <summary>The end of a connection that asks.</summary>
internal sealed class CallerConnection : PeerConnection
{
    private readonly PendingCalls _calls;
    private volatile bool _isLeaving;

    public CallerConnection(Stream stream, Action abort, PeerOptions options, TimeProvider time)
        : base(stream, abort, options, time) => _calls = new PendingCalls(time, options.MaxCalls, GiveUp);

    /// <summary>Whether it may be asked: it is not closed, and the other side has not said that it stops.</summary>
    public bool IsOpen => Ended is null && !_isLeaving;

    /// <summary>Sends a request and waits for its answer.</summary>
    public ValueTask<PeerReply> Ask(PeerRequest request, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<PeerReply>(cancellationToken);
        }

        if (_calls.TryBegin(request) is not { } call)
        {
            return ValueTask.FromResult(
                Ended is { } why ? PeerReply.Without(PeerOutcome.Unreachable, why)
                : _isLeaving ? PeerReply.Declined("that node stops")
                : PeerReply.Without(PeerOutcome.Busy, $"{Options.MaxCalls} requests to that node wait for their answers already"));
        }

        var header = new FrameHeader(
            FrameKind.Request, request.IsSafe ? FrameHeader.Safe : (byte)0, request.Operation, call.Number, Milliseconds(request.Within), request.Id);
        if (Writer.TryAdd(header, request.Payload.Span, out var position))
        {
            call.Position = position;
        }
        else if (_calls.TryTake(call))
        {
            call.Complete(Ended is { } why
                ? PeerReply.Without(PeerOutcome.Unreachable, why)
                : PeerReply.Without(PeerOutcome.Busy, $"{Options.MaxQueuedBytes} bytes wait to be sent to that node already"));
        }

        if (cancellationToken.CanBeCanceled)
        {
            call.Watch(cancellationToken);
        }

        return call.Answer;
    }

    /// <inheritdoc/>
    protected override void OnFrame(in Frame frame)
    {
        switch (frame.Header.Kind)
        {
            case FrameKind.Reply:
                _calls.TryTake(frame.Header.Call, frame.Header.Id)?.Complete(
                    new PeerReply((PeerOutcome)frame.Header.Code, frame.Payload));
                CloseIfLeft();
                break;
            case FrameKind.Leave:
                _isLeaving = true;
                CloseIfLeft();
                break;
            case FrameKind.Pong:
                break;
            default:
                throw new PeerProtocolException($"a frame of the kind {frame.Header.Kind}, which only askers send");
        }
    }

    /// <inheritdoc/>
    protected override void OnTick()
    {
        base.OnTick();
        Send(FrameKind.Ping);
        CloseIfLeft();
    }

    /// <inheritdoc/>
    protected override void OnClosed(string why)
    {
        foreach (var call in _calls.Close())
        {
            call.Complete(call.Position >= Writer.HandedOver
                ? PeerReply.Without(PeerOutcome.Unreachable, why)
                : PeerReply.Without(PeerOutcome.Lost, why));
        }

        _calls.End();
    }

    private static int Milliseconds(TimeSpan within) => (int)Math.Clamp(Math.Ceiling(within.TotalMilliseconds), 1, int.MaxValue);

    private void GiveUp(PendingCall call, CancellationToken cancellationToken)
    {
        if (_calls.TryTake(call))
        {
            Writer.TryAdd(new FrameHeader(FrameKind.Cancel, 0, 0, call.Number, 0, call.Request.Id), [], out _);
            call.Fail(new OperationCanceledException(cancellationToken));
        }
    }

    // Whoever stops waits for this: then no request is on its way to it that it could neither answer nor decline.
    private void CloseIfLeft()
    {
        if (_isLeaving && _calls.TryCloseIdle())
        {
            Close("that node stops");
        }
    }
}
