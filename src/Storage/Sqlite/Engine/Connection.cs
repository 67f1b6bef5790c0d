using System.Runtime.InteropServices;

namespace MarketManager.Storage.Sqlite.Engine;

/// <summary>A connection with its prepared statements; used by one thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    /// <summary>How long a statement waits for a lock of another process.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, Statement> _statements = [];

    private Connection(string path, int flags)
    {
        _ = SqliteLibrary.Version;
        var code = Native.Open(path, out var handle, flags | Native.OpenNoMutex, 0);
        Handle = handle;
        try
        {
            Check(code);
            Check(Native.ExtendedResultCodes(handle, 1));
            WaitForLocks(Patience);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public nint Handle { get; }

    /// <summary>How many statements it has prepared and keeps.</summary>
    public int StatementCount => _statements.Count;

    /// <summary>True between BEGIN and its end; the engine rolls some failures back by itself.</summary>
    public bool InTransaction => Native.GetAutocommit(Handle) == 0;

    /// <summary>The connection that writes: write-ahead log, and a commit is on the disk when it returns.</summary>
    public static Connection OpenWriter(string path) => Configured(
        new Connection(path, Native.OpenReadWrite | Native.OpenCreate),
        """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
        PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384;
        """);

    /// <summary>A connection that reads a consistent snapshot beside the writer and cannot change anything.</summary>
    public static Connection OpenReader(string path) => Configured(
        new Connection(path, Native.OpenReadOnly),
        "PRAGMA cache_size = -8192;");

    /// <summary>The statement for this SQL, prepared once.</summary>
    public Statement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = new Statement(this, sql);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>From now on waits that long for a lock of another process.</summary>
    public void WaitForLocks(TimeSpan patience) => Check(Native.BusyTimeout(Handle, (int)patience.TotalMilliseconds));

    /// <summary>Runs a script.</summary>
    public void Execute(string script) => Check(Native.Execute(Handle, script, 0, 0, 0));

    /// <summary>Ends whatever statement an exception has left in the middle.</summary>
    public void ResetAll()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Reset();
        }
    }

    /// <summary>Undoes the transaction, if one is open.</summary>
    public void Rollback()
    {
        ResetAll();
        if (InTransaction)
        {
            Execute("ROLLBACK");
        }
    }

    public void Check(int code)
    {
        if (code != Native.Ok)
        {
            throw Failure(code);
        }
    }

    public SqliteFailure Failure(int code) => new(code, Marshal.PtrToStringUTF8(Native.ErrorMessage(Handle))!);

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
        _ = Native.Close(Handle);
    }

    private static Connection Configured(Connection connection, string pragmas)
    {
        try
        {
            connection.Execute(pragmas);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
