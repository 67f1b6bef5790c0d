using MarketManager.Kernel;

namespace MarketManager.Storage.Sqlite.Engine;

/// <summary>What the engine answered instead of a result; never leaves this assembly.</summary>
internal sealed class SqliteFailure(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    // https://www.sqlite.org/rescode.html
    private const int Permission = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int NoMemory = 7;
    private const int ReadOnly = 8;
    private const int Interrupted = 9;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int Protocol = 15;
    private const int Constraint = 19;
    private const int NotADatabase = 26;

    /// <summary>The engine's own words, such as <c>UNIQUE constraint failed: exchange.slug</c>.</summary>
    public string Text { get; } = message;

    /// <summary>A row breaks a constraint of the schema.</summary>
    public bool IsConstraint => Primary == Constraint;

    /// <summary>The file is not a database, or is a damaged one.</summary>
    public bool IsCorrupt => Primary is Corrupt or NotADatabase;

    /// <summary>The store failed, whatever was written: every write of the transaction is lost. False blames one write.</summary>
    public bool IsOfStore => IsCorrupt || Primary is Full or IoError or Busy or Locked
        or ReadOnly or CannotOpen or NoMemory or Protocol or Permission
        or Interrupted;

    /// <summary>The connection cannot be trusted after this; a new one may work.</summary>
    public bool NeedsNewConnection => Primary is not (Full or Busy or Locked
        or Interrupted);

    private int Primary => code & 0xFF;

    /// <summary>The same for callers.</summary>
    /// <param name="committing">True where the commit itself failed, so that its fate may not be known.</param>
    public StoreException ToStoreException(bool committing = false) => Primary switch
    {
        Full => new StoreFullException("there is no room left for the database; free some, and writing goes on by itself", this),
        Busy or Locked => new StoreUnavailableException("another process holds the database locked", this),
        ReadOnly or Permission => new StoreUnavailableException("the database cannot be written: it or its folder is read-only", this),
        Corrupt or NotADatabase => new StoreUnavailableException("the database is damaged; check it, and restore a backup", this),
        // A failed fsync leaves frames behind that a crash could still bring to life.
        IoError => new StoreUnavailableException("the database could not be read or written", this, outcomeUnknown: committing),
        _ => new StoreUnavailableException($"the database failed: {Text}", this),
    };
}
