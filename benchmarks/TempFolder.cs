namespace MarketManager.Benchmarks;

/// <summary>A data folder that is removed in the end.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mm-bench-").FullName;

    public string Database => System.IO.Path.Combine(Path, "marketmanager.db");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
