namespace MarketManager.Venues.Limits;

/// <summary>Requests that wait for one part of a venue's budget. Used under the budget's lock.</summary>
/// <remarks>Holds <see cref="Capacity"/> requests; a further one is refused by the budget. One that was given up stays until
/// its turn, or until the room is needed, and has taken nothing.</remarks>
internal sealed class RequestQueue
{
    /// <summary>How many may wait.</summary>
    public const int Capacity = 1_000;

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly PriorityQueue<Request, (RequestPriority Priority, long Order)> _requests = new();
    private readonly ITimer _timer;
    private long _order;

    public RequestQueue(BudgetRule rule, BudgetShare? share, TimeProvider time, Action<RequestQueue> wake)
    {
        Rule = rule;
        Share = share;
        _timer = time.CreateTimer(_ => wake(this), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>When the next one may go.</summary>
    public BudgetRule Rule { get; }

    /// <summary>What this node holds of a cluster's budget; null for a node on its own.</summary>
    public BudgetShare? Share { get; }

    /// <summary>Whether no further request may wait.</summary>
    public bool IsFull
    {
        get
        {
            if (_requests.Count >= Capacity)
            {
                DropGivenUp();
            }

            return _requests.Count >= Capacity;
        }
    }

    /// <summary>Queues a request; the task completes when it may go.</summary>
    public Task Add(RequestPriority priority, double cost, double rateLimit, CancellationToken cancellationToken)
    {
        var request = new Request(cost, rateLimit, cancellationToken);
        _requests.Enqueue(request, (priority, _order++));
        return request.Task;
    }

    /// <summary>Whose turn it is; null when nobody waits.</summary>
    public Request? Peek()
    {
        while (_requests.TryPeek(out var request, out _))
        {
            if (!request.Task.IsCompleted)
            {
                return request;
            }

            _requests.Dequeue();
        }

        return null;
    }

    /// <summary>Lets the first one go.</summary>
    public void Grant() => _requests.Dequeue().Grant();

    /// <summary>Turns the first one down.</summary>
    public void Refuse(Exception why) => _requests.Dequeue().Refuse(why);

    /// <summary>Comes back after a while; rounded up, since a timer that is early would spin.</summary>
    public void WakeAfter(TimeSpan wait)
    {
        var rounded = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        _timer.Change(rounded < LongestTimer ? rounded : LongestTimer, Timeout.InfiniteTimeSpan);
    }

    private void DropGivenUp()
    {
        var waiting = _requests.UnorderedItems.Where(item => !item.Element.Task.IsCompleted).ToList();
        _requests.Clear();
        _requests.EnqueueRange(waiting);
    }

    /// <summary>One that waits.</summary>
    internal sealed class Request
    {
        private readonly TaskCompletionSource _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenRegistration _registration;

        public Request(double cost, double rateLimit, CancellationToken cancellationToken)
        {
            Cost = cost;
            RateLimit = rateLimit;
            _registration = cancellationToken.Register(() => _turn.TrySetCanceled(cancellationToken));
        }

        public double Cost { get; }

        public double RateLimit { get; }

        public Task Task => _turn.Task;

        public void Grant()
        {
            _turn.TrySetResult();
            _registration.Dispose();
        }

        public void Refuse(Exception why)
        {
            _turn.TrySetException(why);
            _registration.Dispose();
        }
    }
}
