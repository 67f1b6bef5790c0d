using MarketManager.Cli;

namespace MarketManager.Host.Composition;

/// <summary>Finds what the worker processes run.</summary>
internal static class WorkersFolder
{
    private const string Script = "workers/ccxt/main.mjs";

    /// <summary>The workers' script: beside the program where it is installed, above it in the sources.</summary>
    /// <exception cref="CliException">It is not there, or its packages are not.</exception>
    public static string FindScript(string programFolder)
    {
        for (var folder = new DirectoryInfo(programFolder); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, Script);
            if (File.Exists(script))
            {
                return Directory.Exists(Path.Combine(folder.FullName, "workers/node_modules"))
                    ? script
                    : throw new CliException(ExitCode.Failed, $"the workers' packages are missing: run 'npm ci --ignore-scripts' in {folder.FullName}/workers");
            }
        }

        throw new CliException(ExitCode.Failed, $"{Script} is neither in {programFolder} nor above it");
    }
}
