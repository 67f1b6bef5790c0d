namespace MarketManager.Venues.Tests.Support;

/// <summary>Where things lie in the source tree.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    /// <summary>The real worker.</summary>
    public static string WorkerScript => Path.Combine(Root, "workers", "ccxt", "main.mjs");

    /// <summary>The folder with ccxt in it.</summary>
    public static string Workers => Path.Combine(Root, "workers");

    /// <summary>A worker or a parent made for a test.</summary>
    public static string Fake(string name) => Path.Combine(Root, "tests", "Venues", "Fakes", name);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MarketManager.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no MarketManager.sln above the tests");
        }

        return folder.FullName;
    }
}
