using System.Reflection;
using System.Runtime.InteropServices;

namespace MarketManager.Storage.Sqlite.Engine;

/// <summary>Chooses the native library: the system's where it is new enough, else the bundled one.</summary>
/// <remarks>The system's is patched by the distribution; the bundled one is of 2021.</remarks>
internal static unsafe class SqliteLibrary
{
    private const string SystemLibrary = "libsqlite3.so.0";

    // RETURNING, and NULLS LAST before it.
    private const int OldestUsable = 3_035_000;

    private static readonly Lazy<string> Loaded = new(Load);

    /// <summary>The version that runs, such as <c>3.40.1</c>; loads the library where that has not happened yet.</summary>
    public static string Version => Loaded.Value;

    private static string Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SqliteLibrary).Assembly, Resolve);
        return Marshal.PtrToStringUTF8(Native.Version())!;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Native.Library && NativeLibrary.TryLoad(SystemLibrary, out var library) && IsUsable(library) ? library : 0;

    private static bool IsUsable(nint library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var function)
        && ((delegate* unmanaged[Cdecl]<int>)function)() >= OldestUsable;
}
