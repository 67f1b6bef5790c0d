namespace MarketManager.Benchmarks;

/// <summary>Where things are in the sources.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>The program, as <c>scripts/bench</c> builds it.</summary>
    public static string Program => Path("src/Host/bin/Release/net10.0/marketmanager");

    /// <summary>An absolute path of a path from the root.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    private static string Find(DirectoryInfo? folder)
    {
        for (; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "MarketManager.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the benchmarks run inside the sources; use scripts/bench");
    }
}
