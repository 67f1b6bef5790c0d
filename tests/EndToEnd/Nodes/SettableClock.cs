using System.Globalization;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>A wall clock that a test sets, for processes that are started with <see cref="Variables"/> and their children.</summary>
/// <remarks>Debian's libfaketime stands between them and the system's clock. The monotonic clock is left as it is, as when
/// somebody sets the time of a machine.</remarks>
internal sealed class SettableClock : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clock-").FullName;

    public SettableClock() => Set(TimeSpan.Zero);

    /// <summary>How far it is ahead of the machine's.</summary>
    public TimeSpan Ahead { get; private set; }

    /// <summary>What it shows.</summary>
    public DateTimeOffset Now => TimeProvider.System.GetUtcNow() + Ahead;

    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Library,
        ["FAKETIME_TIMESTAMP_FILE"] = File,
        ["FAKETIME_NO_CACHE"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",

        // Otherwise waits of a C library that needs no fixing end at once, and threads spin.
        ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
    };

    private static string Library => Directory.EnumerateDirectories("/usr/lib")
        .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
        .FirstOrDefault(System.IO.File.Exists)
        ?? throw new FileNotFoundException("libfaketimeMT.so.1 is missing; install Debian's package faketime");

    private string File => Path.Combine(_folder, "offset");

    /// <summary>Sets it so far ahead of the machine's, or behind; those who look at it never see half of that.</summary>
    public void Set(TimeSpan ahead)
    {
        System.IO.File.WriteAllText(File + ".new", ahead.TotalSeconds.ToString("+0;-0", CultureInfo.InvariantCulture) + "\n");
        System.IO.File.Move(File + ".new", File, overwrite: true);
        Ahead = ahead;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
