using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Benchmarks.Storage;

/// <summary>The engine's functions with nothing around them: what the store is compared with.</summary>
internal sealed class BareDatabase : IDisposable
{
    private readonly nint _handle;

    public BareDatabase(string path, bool isReader = false)
    {
        _ = SqliteLibrary.Version;
        Check(Native.Open(path, out _handle, (isReader ? Native.OpenReadOnly : Native.OpenReadWrite) | Native.OpenNoMutex, 0));
        Execute(isReader ? "PRAGMA cache_size = -8192" : "PRAGMA synchronous = FULL; PRAGMA cache_size = -16384");
    }

    public void Execute(string sql) => Check(Native.Execute(_handle, sql, 0, 0, 0));

    public nint Prepare(string sql)
    {
        Check(Native.Prepare(_handle, sql, -1, Native.PreparePersistent, out var statement, 0));
        return statement;
    }

    public static void Run(nint statement)
    {
        while (Native.Step(statement) == Native.Row)
        {
        }

        Check(Native.Reset(statement));
    }

    public void Dispose() => _ = Native.Close(_handle);

    private static void Check(int code)
    {
        if (code != Native.Ok)
        {
            throw new InvalidOperationException($"SQLite error {code}");
        }
    }
}

/// <summary>A row of the journal.</summary>
internal readonly record struct BareEvent(long Actor, long Sequence, long At, byte[] Data);

/// <summary>Inserts events as the store does, with nothing around it.</summary>
internal sealed unsafe class BareJournal : IDisposable
{
    private static readonly byte[] Kind = "run_started"u8.ToArray();
    private readonly BareDatabase _database;
    private readonly nint _begin;
    private readonly nint _insert;
    private readonly nint _commit;

    public BareJournal(string path)
    {
        _database = new BareDatabase(path);
        _database.Execute("INSERT OR IGNORE INTO entity (id, name) VALUES (1, 'exchange')");
        _begin = _database.Prepare("BEGIN IMMEDIATE");
        _insert = _database.Prepare("INSERT INTO event (entity, actor, seq, kind, version, at, data) VALUES (?, ?, ?, ?, ?, ?, ?)");
        _commit = _database.Prepare("COMMIT");
    }

    public void Commit(ReadOnlySpan<BareEvent> events)
    {
        BareDatabase.Run(_begin);
        foreach (var e in events)
        {
            _ = Native.BindInt64(_insert, 1, 1);
            _ = Native.BindInt64(_insert, 2, e.Actor);
            _ = Native.BindInt64(_insert, 3, e.Sequence);
            BindText(4, Kind);
            _ = Native.BindInt64(_insert, 5, 1);
            _ = Native.BindInt64(_insert, 6, e.At);
            BindText(7, e.Data);
            BareDatabase.Run(_insert);
        }

        BareDatabase.Run(_commit);
    }

    public void Dispose()
    {
        _ = Native.Finalize(_begin);
        _ = Native.Finalize(_insert);
        _ = Native.Finalize(_commit);
        _database.Dispose();
    }

    private void BindText(int parameter, byte[] text)
    {
        fixed (byte* start = text)
        {
            _ = Native.BindText(_insert, parameter, start, text.Length, Native.Transient);
        }
    }
}
