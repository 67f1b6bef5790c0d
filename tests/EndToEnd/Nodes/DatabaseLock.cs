using System.Runtime.InteropServices;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>Holds a node's database locked, as an administrator's forgotten shell would.</summary>
internal sealed partial class DatabaseLock : IDisposable
{
    private readonly nint _database;

    public DatabaseLock(DataFolder data)
    {
        Check(Open(Path.Combine(data.Path, "marketmanager.db"), out _database));
        Check(Execute(_database, "PRAGMA busy_timeout = 5000; BEGIN EXCLUSIVE", 0, 0, 0));
    }

    public void Dispose() => Check(Close(_database));

    private static void Check(int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"SQLite error {code}");
        }
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int Open(string path, out nint database);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_exec", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int Execute(nint database, string sql, nint callback, nint argument, nint error);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int Close(nint database);
}
