using MarketManager.Kernel;

namespace MarketManager.Storage.PostgreSql;

/// <summary>The database cannot be used as it is: a transaction pooler in between, a standby, too old a server.</summary>
public sealed class PostgresUnusableException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>What the server or the connection to it said, for callers.</summary>
internal static class PostgresFailures
{
    public const string NodeDead = "MM001";
    public const string ShardsLost = "MM002";
    public const string RuleBroken = "MM003";

    /// <summary>The session is gone, or as good as gone: nothing that was sent through it has a known outcome.</summary>
    public static bool IsLossOfSession(Exception e) => e switch
    {
        Npgsql.PostgresException failure => failure.SqlState.StartsWith("08", StringComparison.Ordinal)
            || failure.SqlState.StartsWith("57P", StringComparison.Ordinal) // shutting down, crashed, terminated, not up yet
            || failure.SqlState.StartsWith("58", StringComparison.Ordinal) || failure.SqlState.StartsWith("XX", StringComparison.Ordinal)
            || failure.SqlState is "25P03" or "57014" or "53300" || failure.Severity is "FATAL" or "PANIC",
        Npgsql.NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>The session was lost, and another one may do at once: nobody was busy for too long.</summary>
    public static bool IsBroken(Exception e) => IsLossOfSession(e) && e is not TimeoutException && e.InnerException is not TimeoutException;

    /// <summary>Somebody else was in the way; the same once more may go.</summary>
    public static bool IsPassing(Npgsql.PostgresException e) => e.SqlState is "40P01" or "40001" or "55P03";

    /// <summary>There is no room left.</summary>
    public static bool IsFull(Npgsql.PostgresException e) => e.SqlState is "53100";

    /// <summary>A rule or a constraint; its name is the rule's.</summary>
    public static bool IsRule(Npgsql.PostgresException e) =>
        e.SqlState == RuleBroken || (e.SqlState.StartsWith("23", StringComparison.Ordinal) && e.ConstraintName is not null);

    /// <summary>It lies in what is written: another write may go.</summary>
    public static bool IsOfWrite(Npgsql.PostgresException e) => e.SqlState[..2] is "21" or "22" or "23" or "54" or "MM";

    /// <summary>It lies in the store, which answers, but will not write: a right is missing, a table is gone, it may only be read.</summary>
    public static StoreUnavailableException Refusal(Npgsql.PostgresException e) =>
        new($"the database refuses to write: {e.MessageText} ({e.SqlState})", e) { Refuses = true };

    /// <summary>The same for callers.</summary>
    /// <param name="e">What was caught.</param>
    /// <param name="outcomeUnknown">Whether a commit was sent.</param>
    public static StoreException ToStoreException(Exception e, bool outcomeUnknown = false) => e switch
    {
        PostgresUnusableException unusable => new StoreUnavailableException(unusable.Message, unusable, outcomeUnknown),
        StoreException known => known,
        Npgsql.PostgresException full when IsFull(full) =>
            new StoreFullException("there is no room left for the database; free some, and writing goes on by itself", e),
        Npgsql.PostgresException rule when IsRule(rule) => new RowConflictException(rule.ConstraintName!, e),
        Npgsql.PostgresException failure => new StoreUnavailableException($"the database failed: {failure.MessageText}", e, outcomeUnknown),
        _ => new StoreUnavailableException($"the database cannot be reached: {e.Message}", e, outcomeUnknown),
    };

    /// <summary>The same for the writer that is to blame.</summary>
    public static StoreException OfWriter(Npgsql.PostgresException e) => e.SqlState[..2] is "21" or "22" or "23" or "54" && !IsRule(e)
        ? new UnstorableException($"the database cannot keep these values: {e.MessageText}", e)
        : ToStoreException(e);

    /// <summary>Why a session could not be opened; null where it lies neither in the store nor in the files that it is reached with,
    /// which the driver reads anew for each: passwords and certificates, which somebody may be changing.</summary>
    public static Exception? OfConnecting(Exception e) => IsOfStore(e) ? e
        : e is FormatException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException
            ? new PostgresUnusableException($"cannot connect to PostgreSQL: {e.Message}", e)
            : null;

    /// <summary>Whether an exception is of the store, not of the program.</summary>
    public static bool IsOfStore(Exception e) => e is StoreException || IsLossOfSession(e) || e is Npgsql.PostgresException;
}
