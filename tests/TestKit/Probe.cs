using MarketManager.Kernel;

namespace MarketManager.TestKit;

/// <summary>A reference that keeps what it is told, for a test to look at.</summary>
public sealed class Probe<TMessage> : ActorRef<TMessage>
{
    private readonly Lock _gate = new();
    private readonly Queue<TMessage> _messages = new();
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Creates a probe; several may have the same name.</summary>
    public Probe(ActorSystem system, string name = "probe")
        : base(system, "/" + name, name)
    {
    }

    /// <summary>How many messages were not taken yet.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _messages.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override bool Tell(TMessage message)
    {
        lock (_gate)
        {
            _messages.Enqueue(message);
            _arrival.TrySetResult();
        }

        return true;
    }

    /// <summary>Takes the oldest message, which must be there already. For tests on the seeded scheduler.</summary>
    public TMessage ExpectMessage() =>
        TryTake(out var message) ? message : throw new ProbeException($"{Path} was not told anything");

    /// <summary>Takes the oldest message and checks its type.</summary>
    public T ExpectMessage<T>()
        where T : TMessage =>
        ExpectMessage() is var message && message is T expected
            ? expected
            : throw new ProbeException($"{Path} expected {typeof(T).Name} but was told {message}");

    /// <summary>Waits for a message, up to 10 s of real time unless said otherwise. For tests on the thread pool.</summary>
    public async Task<TMessage> ExpectMessageAsync(TimeSpan? within = null)
    {
        var deadline = within ?? TimeSpan.FromSeconds(10);
        while (true)
        {
            Task arrival;
            lock (_gate)
            {
                if (_messages.TryDequeue(out var message))
                {
                    return message;
                }

                _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                arrival = _arrival.Task;
            }

            try
            {
                await arrival.WaitAsync(deadline);
            }
            catch (TimeoutException)
            {
                throw new ProbeException($"{Path} was not told anything within {deadline}");
            }
        }
    }

    /// <summary>Checks that nothing waits.</summary>
    public void ExpectNoMessage()
    {
        if (TryTake(out var message))
        {
            throw new ProbeException($"{Path} expected nothing but was told {message}");
        }
    }

    /// <summary>Takes everything.</summary>
    public IReadOnlyList<TMessage> TakeAll()
    {
        lock (_gate)
        {
            var all = _messages.ToArray();
            _messages.Clear();
            return all;
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TMessage message)
    {
        lock (_gate)
        {
            return _messages.TryDequeue(out message);
        }
    }
}

/// <summary>A probe saw something else than the test expected.</summary>
public sealed class ProbeException(string message) : Exception(message);
