namespace MarketManager.Chaos.Tests.Checking;

/// <summary>What became of a request, as far as its client was told.</summary>
internal enum Fate
{
    /// <summary>It was answered with success.</summary>
    Acknowledged,

    /// <summary>It was answered that nothing was done, or nobody took it.</summary>
    Refused,

    /// <summary>The answer was lost, late, or said that nobody knows.</summary>
    Unknown,
}

/// <summary>A request of a client's.</summary>
/// <param name="Began">When it was sent, by the clients' one clock.</param>
/// <param name="Ended">When the client knew its fate.</param>
internal abstract record Operation(TimeSpan Began, TimeSpan Ended)
{
    /// <param name="Name">No other creation names it.</param>
    /// <param name="Exchange">What was made; null unless acknowledged.</param>
    public sealed record Creation(TimeSpan Began, TimeSpan Ended, string Name, long? Exchange, Fate Fate) : Operation(Began, Ended);

    /// <param name="Exchange">Which.</param>
    /// <param name="Mark">What was written to it, and by no other change.</param>
    public sealed record Change(TimeSpan Began, TimeSpan Ended, long Exchange, int Mark, Fate Fate) : Operation(Began, Ended);

    public sealed record Deletion(TimeSpan Began, TimeSpan Ended, long Exchange, Fate Fate) : Operation(Began, Ended);

    /// <param name="Exchange">Which.</param>
    /// <param name="RunId">Null unless acknowledged.</param>
    public sealed record Demand(TimeSpan Began, TimeSpan Ended, long Exchange, Guid? RunId, Fate Fate) : Operation(Began, Ended);

    /// <summary>A reading that was answered.</summary>
    /// <param name="Exchange">Which.</param>
    /// <param name="Mark">The mark that was read; null: there was said to be no such exchange.</param>
    public sealed record Reading(TimeSpan Began, TimeSpan Ended, long Exchange, int? Mark) : Operation(Began, Ended);

    /// <summary>Two answers under one Idempotency-Key.</summary>
    public sealed record Repetition(TimeSpan Began, TimeSpan Ended, string Key, string First, string Again) : Operation(Began, Ended);

    /// <summary>A request that was not carried out, or may not have been, because the cluster could not; faults excuse it.</summary>
    public sealed record Failure(TimeSpan Began, TimeSpan Ended, string What) : Operation(Began, Ended);

    /// <summary>An answer that no fault excuses.</summary>
    public sealed record Oddity(TimeSpan Began, TimeSpan Ended, string What) : Operation(Began, Ended);
}

/// <summary>The mark of a change, which its clients write where it changes nothing else.</summary>
internal static class Marks
{
    private const string Prefix = "https://mark.example/";

    public static string Url(int mark) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Prefix}{mark}");

    /// <summary>Null: it is none.</summary>
    public static int? Of(string? url) =>
        url?.StartsWith(Prefix, StringComparison.Ordinal) == true
            ? int.Parse(url.AsSpan(Prefix.Length), System.Globalization.CultureInfo.InvariantCulture)
            : null;
}
