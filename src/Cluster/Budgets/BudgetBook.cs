using System.Text.Json;
using System.Text.Json.Serialization;
using MarketManager.Actors.Venues;

namespace MarketManager.Cluster.Budgets;

/// <summary>The book of one account: what was granted in each of the last seconds, and what is promised for the next ones.</summary>
/// <remarks>
/// <para>Pure. A second counts until no slice granted in it can be spent within 60 s of the present: whatever minute the venue
/// counts by, it never sees more than the limit.</para>
/// <para>What does not fit now is promised for the first second in which it does, and later claims come after it. So nobody
/// starves, nobody comes back to ask, and a large request is not overtaken for ever by small ones.</para>
/// <para>Time is the store's clock. A step of it, forward or back, is told by the taker's own monotonic clock and does not
/// count: it frees nothing and holds nothing up.</para>
/// </remarks>
public sealed record BudgetBook
{
    private const int Ahead = 120;
    private static readonly int Past = 60 + 1 + (int)IBudgetLedger.Validity.TotalSeconds;
    private static readonly int Present = Past - 1;

    // What a claim may be under way, and is no step of the store's clock.
    private const double Tolerance = 1;

    /// <summary>Nothing was granted.</summary>
    public static BudgetBook Empty { get; } = new();

    /// <summary>The store's clock when it was last written: seconds since 1970.</summary>
    public double At { get; init; }

    /// <summary>How many seconds it has counted: the number of the present one.</summary>
    public long Second { get; init; }

    /// <summary>How much of the present second had passed then.</summary>
    public double Fraction { get; init; }

    /// <summary>Seconds until the next request to a venue that wants them apart.</summary>
    public double Backlog { get; init; }

    /// <summary>Weight per minute as the venue announced it; null while it has not.</summary>
    public double? Limit { get; init; }

    /// <summary>Weight by second: 66 up to the present one, then those to come.</summary>
    public IReadOnlyList<double> Weights { get; init; } = [];

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static BudgetBook Parse(string text) =>
        JsonSerializer.Deserialize(text, BudgetBookJson.Default.BudgetBook) ?? throw new JsonException("a book that is null");

    /// <summary>As it is kept: JSON.</summary>
    public string ToText() => JsonSerializer.Serialize(this, BudgetBookJson.Default.BudgetBook);

    /// <summary>Answers a claim.</summary>
    /// <param name="claim">What is wanted.</param>
    /// <param name="clock">The store's: seconds since 1970.</param>
    /// <param name="blocked">How long the venue is to be left alone: then nothing is granted.</param>
    public (BudgetBook Book, BudgetGrant Grant) Take(BudgetClaim claim, double clock, TimeSpan blocked)
    {
        var elapsed = Math.Max(0, clock - At - Step(claim.Last, clock));
        var passed = Math.Floor(Fraction + elapsed);
        var book = this with
        {
            At = clock,
            Second = Second + (long)passed,
            Fraction = Fraction + elapsed - passed,
            Backlog = Math.Max(0, Backlog - elapsed),
            Limit = Meant(claim.Announced) ?? Meant(Limit), // an older node may have kept what nobody can mean
        };
        var weights = Shifted(passed);
        foreach (var unspent in claim.Returned)
        {
            var slot = Present - (book.Second - unspent.Second);
            if (slot >= 0 && slot < weights.Length)
            {
                weights[slot] = Math.Max(0, weights[slot] - unspent.Weight);
            }
        }

        weights[Present] += Math.Max(0, (claim.Reported ?? 0) - Used(weights));
        var limit = book.Limit ?? claim.Limit;
        var least = blocked > TimeSpan.Zero ? 0 : claim.Least;
        var (second, weight, wait) = least <= 0 ? (Present, 0, 0)
            : claim.Spacing is { } spacing ? Spaced(claim, book.Backlog)
            : Fitting(weights, claim, limit, book.Fraction);
        weights[second] += weight;
        return (
            book with { Weights = weights, Backlog = book.Backlog + (weight * (claim.Spacing ?? TimeSpan.Zero).TotalSeconds) },
            new BudgetGrant(weight, TimeSpan.FromSeconds(wait), Used(weights), limit, blocked, clock, book.Second + second - Present));
    }

    /// <summary>How the account stands.</summary>
    /// <param name="account">Whose book it is.</param>
    /// <param name="clock">The store's: seconds since 1970.</param>
    /// <param name="blocked">How long the venue is to be left alone.</param>
    public BudgetUse Look(BudgetAccount account, double clock, TimeSpan blocked)
    {
        var (book, grant) = Take(new BudgetClaim(account, Least: 0, Want: 0, Limit: 0), clock, blocked);
        return new BudgetUse(account, grant.Used, book.Limit, blocked);
    }

    private static double? Meant(double? limit) => limit is { } announced && IBudgetLedger.IsMeant(announced) ? limit : null;

    private static double Step(LastClaim? last, double clock) =>
        last is { } then ? Math.Max(0, clock - then.Clock - then.Ago.TotalSeconds - Tolerance) : 0;

    private static double Used(ReadOnlySpan<double> weights)
    {
        var sum = 0d;
        foreach (var weight in weights[..Past])
        {
            sum += weight;
        }

        return sum;
    }

    private static (int Second, double Weight, double Wait) Spaced(BudgetClaim claim, double backlog) =>
        backlog > Ahead ? (Present, 0, backlog - (Ahead / 2)) : (Present, claim.Want, backlog);

    /// <summary>The first second, not before what is promised already, that ends a window with room.</summary>
    private static (int Second, double Weight, double Wait) Fitting(double[] weights, BudgetClaim claim, double limit, double fraction)
    {
        if (claim.Least > limit)
        {
            return (Present, 0, 0);
        }

        var first = Math.Max(Present, Array.FindLastIndex(weights, weight => weight > 0));
        for (var second = first; second < weights.Length; second++)
        {
            var room = limit - Used(weights.AsSpan(second - Present));
            if (room >= claim.Least)
            {
                return second == Present
                    ? (second, Math.Min(claim.Want, room), 0)
                    : (second, claim.Least, second - Present - fraction);
            }
        }

        return (Present, 0, Ahead / 2);
    }

    private double[] Shifted(double passed)
    {
        var weights = new double[Past + Ahead];
        for (var i = 0; i + passed < Weights.Count && i < weights.Length; i++)
        {
            weights[i] = Weights[i + (int)passed];
        }

        return weights;
    }
}

/// <summary>How books are written.</summary>
[JsonSerializable(typeof(BudgetBook))]
internal sealed partial class BudgetBookJson : JsonSerializerContext;
