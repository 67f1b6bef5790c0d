namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>The folder that all of it is built from.</summary>
internal static class Repository
{
    private static readonly string Folder = Find();

    /// <summary>Where something in it is.</summary>
    public static string Path(string inside) => System.IO.Path.Combine(Folder, inside);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder!.FullName, "MarketManager.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
