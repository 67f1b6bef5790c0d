using System.Diagnostics;
using MarketManager.Storage.Tests.Contract;

namespace MarketManager.Storage.Tests.Sqlite;

/// <summary>A process that appends for a few actors and says what was acknowledged, until it is killed.</summary>
internal sealed class WriterProcess : IDisposable
{
    private readonly Process _process;

    private WriterProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Starts it on a data folder.</summary>
    public static WriterProcess Start(string folder) => new(Process.Start(
        new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "MarketManager.Storage.Tests"), [folder]) { RedirectStandardOutput = true })!);

    /// <summary>Reads that many acknowledgements, as "actor:sequence".</summary>
    public async Task<List<string>> Acknowledged(int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var lines = new List<string>(count);
        while (lines.Count < count)
        {
            lines.Add(await _process.StandardOutput.ReadLineAsync(deadline.Token) ?? throw new InvalidOperationException("the writer has ended by itself"));
        }

        return lines;
    }

    /// <summary>Kills it with SIGKILL.</summary>
    /// <returns>What it had acknowledged and was not read yet.</returns>
    public async Task<List<string>> Kill()
    {
        _process.Kill();
        var rest = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();

        // The last line may be cut off.
        return [.. rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static async Task Main(string[] args)
    {
        await using var store = SqliteUnderTest.Open(args[0]);
        await using var output = Console.OpenStandardOutput();
        await Task.WhenAll(Enumerable.Range(1, 8).Select(async actor =>
        {
            for (var sequence = 1; ; sequence++)
            {
                await store.Journal.Append(Samples.Append(actor, sequence, $"{sequence}"));
                output.Write(System.Text.Encoding.UTF8.GetBytes($"{actor}:{sequence}\n"));
            }
        }));
    }
}
