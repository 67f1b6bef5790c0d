using System.Diagnostics;
using Xunit;

namespace MarketManager.Deployment.Tests;

/// <summary>Programs that check files of their own kind. Where one is missing its test is skipped and says so.</summary>
internal static class Programs
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Where a program is; null where it is not.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code, what it wrote to stdout, and what to stderr.</returns>
    public static async Task<(int ExitCode, string Out, string Error)> Run(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Patience);
        return (process.ExitCode, await output, await error);
    }
}

/// <summary>A test that needs a program.</summary>
internal sealed class FactWithAttribute : FactAttribute
{
    public FactWithAttribute(string program) => Skip = Programs.Find(program) is null ? $"{program} is not installed" : null;
}

/// <summary>A test of several cases that needs a program.</summary>
internal sealed class TheoryWithAttribute : TheoryAttribute
{
    public TheoryWithAttribute(string program) => Skip = Programs.Find(program) is null ? $"{program} is not installed" : null;
}
