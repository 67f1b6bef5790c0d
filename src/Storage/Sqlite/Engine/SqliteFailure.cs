using MarketManager.Kernel;
using SQLitePCL;

namespace MarketManager.Storage.Sqlite.Engine;

/// <summary>What the engine answered instead of a result; never leaves this assembly.</summary>
internal sealed class SqliteFailure(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    /// <summary>The engine's own words, such as <c>UNIQUE constraint failed: exchange.slug</c>.</summary>
    public string Text { get; } = message;

    /// <summary>A row breaks a constraint of the schema.</summary>
    public bool IsConstraint => Primary == raw.SQLITE_CONSTRAINT;

    /// <summary>The file is not a database, or is a damaged one.</summary>
    public bool IsCorrupt => Primary is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>The store failed, whatever was written: every write of the transaction is lost. False blames one write.</summary>
    public bool IsOfStore => IsCorrupt || Primary is raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_BUSY or raw.SQLITE_LOCKED
        or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_NOMEM or raw.SQLITE_PROTOCOL or raw.SQLITE_PERM
        or raw.SQLITE_INTERRUPT;

    /// <summary>The connection cannot be trusted after this; a new one may work.</summary>
    public bool NeedsNewConnection => Primary is not (raw.SQLITE_FULL or raw.SQLITE_BUSY or raw.SQLITE_LOCKED
        or raw.SQLITE_INTERRUPT);

    private int Primary => code & 0xFF;

    /// <summary>The same for callers.</summary>
    /// <param name="committing">True where the commit itself failed, so that its fate may not be known.</param>
    public StoreException ToStoreException(bool committing = false) => Primary switch
    {
        raw.SQLITE_FULL => new StoreFullException("there is no room left for the database; free some, and writing goes on by itself", this),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new StoreUnavailableException("another process holds the database locked", this),
        raw.SQLITE_READONLY or raw.SQLITE_PERM => new StoreUnavailableException("the database cannot be written: it or its folder is read-only", this),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new StoreUnavailableException("the database is damaged; check it, and restore a backup", this),
        // A failed fsync leaves frames behind that a crash could still bring to life.
        raw.SQLITE_IOERR => new StoreUnavailableException("the database could not be read or written", this, outcomeUnknown: committing),
        _ => new StoreUnavailableException($"the database failed: {Text}", this),
    };
}
