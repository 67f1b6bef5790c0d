namespace MarketManager.Actors.Venues;

/// <summary>Keeps one book for all who ask a venue from one address: hands its budget out in slices, and passes on its blocks.</summary>
/// <remarks>A slice is spent without asking again. It expires on the taker's own clock, <see cref="Validity"/> after the claim
/// was sent, or after the moment that the grant names; what was not spent then is given back with the next claim.</remarks>
public interface IBudgetLedger
{
    /// <summary>How long a slice of a minute's weight holds.</summary>
    static readonly TimeSpan Validity = TimeSpan.FromSeconds(5);

    /// <summary>Whether a venue can mean what it announced: weight per minute. What would not let even the heaviest request pass (all
    /// tickers of Binance weigh 80) is not believed: a better word comes only with an answer, for which there would be no budget.</summary>
    static bool IsMeant(double limit) => limit is >= 100 and <= 1e9;

    /// <summary>A venue has said to be left alone, to somebody. May come more than once, from any thread; must not throw.</summary>
    event Action<BudgetBlock>? Blocked;

    /// <summary>Claims weight. While the venue is to be left alone, none is granted.</summary>
    /// <exception cref="Kernel.StoreException">The ledger cannot be reached: nothing is granted.</exception>
    Task<BudgetGrant> Take(BudgetClaim claim, CancellationToken cancellationToken);

    /// <summary>Tells everyone to leave a venue alone. A shorter block does not end a longer one.</summary>
    /// <exception cref="Kernel.StoreException">The ledger cannot be reached.</exception>
    Task Block(BudgetBlock block, CancellationToken cancellationToken);

    /// <summary>How all accounts stand that anybody claimed of lately.</summary>
    /// <exception cref="Kernel.StoreException">The ledger cannot be reached.</exception>
    Task<IReadOnlyList<BudgetUse>> Look(CancellationToken cancellationToken);
}

/// <summary>What a venue counts by itself.</summary>
/// <param name="Venue">The venue's id; with <c>@host:port</c> where a server of somebody else's answers in its place.</param>
/// <param name="Egress">The address that requests go out from: a proxy as <c>host:port</c>, or the name that nodes give theirs.</param>
/// <param name="Part">What the venue counts apart: a path's first segment, or empty.</param>
public sealed record BudgetAccount(string Venue, string Egress, string Part);

/// <summary>A venue is to be left alone.</summary>
/// <param name="Venue">As in <see cref="BudgetAccount"/>.</param>
/// <param name="Egress">As in <see cref="BudgetAccount"/>.</param>
/// <param name="Length">For how long from now.</param>
public sealed record BudgetBlock(string Venue, string Egress, TimeSpan Length);

/// <summary>How an account stands.</summary>
/// <param name="Account">Which.</param>
/// <param name="Used">As in <see cref="BudgetGrant"/>, as of now.</param>
/// <param name="Limit">Weight per minute as the venue announced it; null where it has not.</param>
/// <param name="Blocked">How long the venue still wants to be left alone.</param>
public sealed record BudgetUse(BudgetAccount Account, double Used, double? Limit, TimeSpan Blocked);

/// <summary>Somebody wants to ask a venue.</summary>
/// <param name="Account">Whose weight.</param>
/// <param name="Least">What the next request costs: if it does not fit now, exactly this is promised for later. Zero: only look.</param>
/// <param name="Want">What may be granted at once where it fits; at least <paramref name="Least"/>.</param>
/// <param name="Limit">Weight per minute, where the venue has announced none yet.</param>
public sealed record BudgetClaim(BudgetAccount Account, double Least, double Want, double Limit)
{
    /// <summary>What the venue has announced to this taker since its last claim; else null.</summary>
    public double? Announced { get; init; }

    /// <summary>What the venue says to have counted in its minute, since the last claim; else null.</summary>
    public double? Reported { get; init; }

    /// <summary>Per unit of weight, for a venue that wants its requests apart; null for one that counts a minute's weight.</summary>
    public TimeSpan? Spacing { get; init; }

    /// <summary>What has expired unspent. Given back once: where the fate of a claim is not known, it is not repeated.</summary>
    public IReadOnlyList<Unspent> Returned { get; init; } = [];

    /// <summary>When the taker last claimed on this account; null for the first claim.</summary>
    public LastClaim? Last { get; init; }
}

/// <summary>A part of a grant that will not be spent.</summary>
/// <param name="Second">As <see cref="BudgetGrant.Second"/> said.</param>
/// <param name="Weight">How much.</param>
public readonly record struct Unspent(long Second, double Weight);

/// <summary>One moment on two clocks, by which a step of the ledger's clock is told from time that has passed.</summary>
/// <param name="Clock">The ledger's, as <see cref="BudgetGrant.Clock"/> said.</param>
/// <param name="Ago">How long ago the claim was sent, by the taker's monotonic clock.</param>
public readonly record struct LastClaim(double Clock, TimeSpan Ago);

/// <summary>What a taker may spend.</summary>
/// <param name="Weight">Zero where nothing fits as far ahead as the ledger promises, or where none was wanted.</param>
/// <param name="Wait">When it may be spent, or, where nothing was granted, when to claim again.</param>
/// <param name="Used">What all takers were granted for this minute and the seconds before, and what the venue counts besides.</param>
/// <param name="Limit">Weight per minute, as last announced.</param>
/// <param name="Blocked">How long the venue still wants to be left alone.</param>
/// <param name="Clock">The ledger's: seconds since 1970.</param>
/// <param name="Second">Where in the ledger's book it stands.</param>
public sealed record BudgetGrant(double Weight, TimeSpan Wait, double Used, double Limit, TimeSpan Blocked, double Clock, long Second);
