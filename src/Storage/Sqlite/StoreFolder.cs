using System.Globalization;

namespace MarketManager.Storage.Sqlite;

/// <summary>A data folder that this process holds alone.</summary>
/// <remarks>
/// The lock lies on a file of its own: closing any handle of the database file would drop the engine's locks on it. It ends
/// with the process, however that dies, and children do not inherit it. Local file systems only.
/// </remarks>
public sealed class StoreFolder : IDisposable
{
    private const int WouldBlock = 11; // EWOULDBLOCK, as .NET passes it on in HResult
    private readonly FileStream _lock;
    private readonly string _owner;

    private StoreFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
        _owner = OwnerIn(path);
    }

    /// <summary>An absolute path.</summary>
    public string Path { get; }

    internal string Database => DatabaseIn(Path);

    internal static string DatabaseIn(string folder) => System.IO.Path.Combine(folder, "marketmanager.db");

    /// <summary>Makes the folder where it is missing, and takes it.</summary>
    /// <exception cref="StoreLockedException">Another process holds it.</exception>
    /// <exception cref="StoreFolderException">It is not a folder, or cannot be written.</exception>
    public static StoreFolder Take(string folder)
    {
        var path = System.IO.Path.GetFullPath(folder);
        if (File.Exists(path))
        {
            throw new StoreFolderException($"'{path}' is a file, not a folder; name a folder with --data");
        }

        try
        {
            if (!Directory.Exists(path))
            {
                Make(path);
            }

            var taken = new StoreFolder(path, new FileStream(LockIn(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            taken.SignAsOwner();
            return taken;
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw new StoreLockedException(path, ReadOwner(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreFolderException(
                $"the data folder '{path}' cannot be written ({e.Message}); make it writable for this user, or name another with --data", e);
        }
    }

    /// <summary>Gives it free.</summary>
    public void Dispose()
    {
        File.Delete(_owner);
        _lock.Dispose();
    }

    private static string LockIn(string folder) => System.IO.Path.Combine(folder, "marketmanager.lock");

    // Beside the lock, because .NET opens no file that someone holds locked, not even to read.
    private static string OwnerIn(string folder) => System.IO.Path.Combine(folder, "marketmanager.lock.owner");

    private static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static int? ReadOwner(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(OwnerIn(path)), CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the owner has not signed yet, or has just left
        }
    }

    private void SignAsOwner()
    {
        try
        {
            File.WriteAllText(_owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }
}
