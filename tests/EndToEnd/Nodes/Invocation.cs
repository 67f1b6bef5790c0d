using System.Diagnostics;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>What a command said and answered.</summary>
internal sealed record Outcome(int ExitCode, string Out, string Error);

/// <summary>Starts the program as a shell would.</summary>
internal static class Invocation
{
    /// <summary>Longer than any command here takes; past it something hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>The built program.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "marketmanager");

    /// <summary>Runs a command to its end.</summary>
    public static Task<Outcome> Run(params IEnumerable<string> arguments) => Run(new Dictionary<string, string>(), arguments);

    /// <summary>The same with variables besides those of this process.</summary>
    public static async Task<Outcome> Run(IReadOnlyDictionary<string, string> variables, IEnumerable<string> arguments)
    {
        using var process = Start(variables, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return new Outcome(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a command; its stdout and stderr are to be read.</summary>
    public static Process Start(params IEnumerable<string> arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>Starts a command with variables besides those of this process.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> variables, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MARKETMANAGER_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        // A terminal in which a daemon lives must not be this test's.
        start.Environment["NO_COLOR"] = "1";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
