using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite.Writing;

/// <summary>The one connection that writes, with what it knows to write; made anew when the connection failed.</summary>
internal sealed class WriteSession : IDisposable
{
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _savepoint;
    private readonly Statement _release;

    public WriteSession(string path)
    {
        Connection = Connection.OpenWriter(path);
        _begin = Connection.Prepare("BEGIN IMMEDIATE");
        _commit = Connection.Prepare("COMMIT");
        _savepoint = Connection.Prepare("SAVEPOINT one");
        _release = Connection.Prepare("RELEASE one");
        Events = new EventWriter(Connection);
        Rows = new RowWriter(Connection);
    }

    public Connection Connection { get; }

    public EventWriter Events { get; }

    public RowWriter Rows { get; }

    public void Begin() => _begin.Execute();

    public void Commit() => _commit.Execute();

    public void Rollback()
    {
        Connection.Rollback();
        Events.Forget();
    }

    public void Savepoint() => _savepoint.Execute();

    public void Release() => _release.Execute();

    public void RollbackToSavepoint()
    {
        Connection.ResetAll();
        Connection.Execute("ROLLBACK TO one; RELEASE one");
        Events.Forget();
    }

    public void Dispose() => Connection.Dispose();
}
