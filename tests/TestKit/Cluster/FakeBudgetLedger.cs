using MarketManager.Actors.Venues;
using MarketManager.Cluster.Budgets;
using MarketManager.Kernel;

namespace MarketManager.TestKit.Cluster;

/// <summary>The ledger of a cluster in memory, with a clock of its own. Claims take time both ways; then everything happens in the timer's thread.</summary>
public sealed class FakeBudgetLedger(TimeProvider time) : IBudgetLedger
{
    private readonly Dictionary<BudgetAccount, BudgetBook> _books = [];
    private readonly Dictionary<(string Venue, string Egress), long> _blocks = [];
    private readonly long _origin = time.GetTimestamp();

    /// <inheritdoc/>
    public event Action<BudgetBlock>? Blocked;

    /// <summary>How long a claim travels, each way; asked for each.</summary>
    public Func<TimeSpan> Delay { get; set; } = () => TimeSpan.Zero;

    /// <summary>Refuses everything.</summary>
    public bool IsDown { get; set; }

    /// <summary>How far its clock is off.</summary>
    public TimeSpan Offset { get; set; }

    /// <summary>All claims that it answered, in order.</summary>
    public List<BudgetClaim> Claims { get; } = [];

    private double Clock => (time.GetElapsedTime(_origin) + Offset).TotalSeconds;

    /// <inheritdoc/>
    public async Task<BudgetGrant> Take(BudgetClaim claim, CancellationToken cancellationToken)
    {
        await Pass();
        Refuse();
        Claims.Add(claim);
        (_books[claim.Account], var grant) =
            _books.GetValueOrDefault(claim.Account, BudgetBook.Empty).Take(claim, Clock, Left(claim.Account));
        await Pass();
        return grant;
    }

    /// <inheritdoc/>
    public async Task Block(BudgetBlock block, CancellationToken cancellationToken)
    {
        await Pass();
        Refuse();
        _blocks[(block.Venue, block.Egress)] = time.GetTimestamp() + (long)(block.Length.TotalSeconds * time.TimestampFrequency);
        Blocked?.Invoke(block);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BudgetUse>> Look(CancellationToken cancellationToken)
    {
        await Pass();
        Refuse();
        return [.. _books.Select(book => book.Value.Look(book.Key, Clock, Left(book.Key)))];
    }

    private TimeSpan Left(BudgetAccount account)
    {
        var left = _blocks.TryGetValue((account.Venue, account.Egress), out var until)
            ? TimeSpan.FromSeconds((double)(until - time.GetTimestamp()) / time.TimestampFrequency)
            : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Refuse()
    {
        if (IsDown)
        {
            throw new StoreUnavailableException("the ledger is down");
        }
    }

    private Task Pass()
    {
        var delay = Delay();
        if (delay <= TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        var passed = new TaskCompletionSource();
        var timer = time.CreateTimer(_ => passed.SetResult(), null, delay, Timeout.InfiniteTimeSpan);
        return passed.Task.ContinueWith(_ => timer.Dispose(), TaskContinuationOptions.ExecuteSynchronously);
    }
}
