using System.Collections.Concurrent;
using MarketManager.Cluster.Peers;

namespace MarketManager.Cluster.Tests.Peers;

/// <summary>Does what the operation's number says, and counts how often each request was executed.</summary>
internal sealed class TestHandler : IPeerHandler
{
    public const ushort Echo = 1;
    public const ushort EchoLater = 2;
    public const ushort Wait = 3;
    public const ushort Throw = 4;
    public const ushort Decline = 5;
    public const ushort Huge = 6;

    private readonly ConcurrentDictionary<Guid, int> _executed = new();
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once a request waits.</summary>
    public Task Waiting => _waiting.Task;

    /// <summary>Completes once the token of one that waits was cancelled.</summary>
    public Task Cancelled => _cancelled.Task;

    public int TimesExecuted(Guid request) => _executed.GetValueOrDefault(request);

    public int Executed => _executed.Count;

    /// <summary>Lets those that wait go on.</summary>
    public void Open() => _open.TrySetResult();

    public async ValueTask<PeerReply> Handle(PeerRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation == Decline)
        {
            return PeerReply.Declined("not the owner");
        }

        _executed.AddOrUpdate(request.Id, 1, static (_, times) => times + 1);
        switch (request.Operation)
        {
            case EchoLater:
                await Task.Yield();
                return PeerReply.Of(request.Payload);
            case Wait:
                _waiting.TrySetResult();
                try
                {
                    await _open.Task.WaitAsync(cancellationToken);
                    return PeerReply.Of(request.Payload);
                }
                catch (OperationCanceledException)
                {
                    _cancelled.TrySetResult();
                    throw;
                }

            case Throw:
                throw new InvalidOperationException("on purpose");
            case Huge:
                return PeerReply.Of(new byte[PeerRequest.MaxPayload + 1]);
            default:
                return PeerReply.Of(request.Payload);
        }
    }
}
