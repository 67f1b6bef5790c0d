using System.Diagnostics.CodeAnalysis;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>Node.js as workers run it, but for one thing: SIGUSR2 sends its main thread into a loop without end.</summary>
/// <remarks>A program <c>node</c> in a folder that comes first in PATH; what it runs is the real Node and the real worker.</remarks>
internal sealed class SpinningNode : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spin-").FullName;

    [SuppressMessage("Interoperability", "CA1416", Justification = "The tests run on Linux only.")]
    public SpinningNode()
    {
        var path = Environment.GetEnvironmentVariable("PATH")!;
        var real = path.Split(':').Select(folder => Path.Combine(folder, "node")).First(File.Exists);
        var preload = Path.Combine(_folder, "spin.cjs");
        File.WriteAllText(preload, "process.on('SIGUSR2', () => { for (;;) {} });\n");
        var program = Path.Combine(_folder, "node");
        File.WriteAllText(program, $"#!/bin/sh\nexec '{real}' --require '{preload}' \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Variables = new Dictionary<string, string> { ["PATH"] = $"{_folder}:{path}" };
    }

    /// <summary>For a node whose workers are to be such.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
