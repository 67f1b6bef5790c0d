using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace MarketManager.Venues.Ccxt;

/// <summary>The three pipes of a worker, a thread each, which closes it in the end: reading one blocks, and would hold threads of the pool for ever.</summary>
/// <remarks>Holds 4,096 lines for a worker that does not read; one more means that it hangs, and it is reported broken.</remarks>
#pragma warning disable CA1001 // Completing the queue is all it needs: no wait handle is ever made of it.
internal sealed class WorkerPipes
#pragma warning restore CA1001
{
    /// <summary>Longest line that is taken from a worker.</summary>
    public const int LineLimit = 64 << 20;

    private const int LoggedCharacters = 2_000;

    private readonly BlockingCollection<byte[]> _outgoing = new(4_096);
    private readonly TaskCompletionSource _complaintsRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private readonly LineHandler _received;
    private readonly Action<string> _complained;
    private readonly Action<string> _broken;

    /// <param name="process">With all three pipes redirected.</param>
    /// <param name="received">Takes a line from stdout; what it throws breaks the worker.</param>
    /// <param name="complained">Takes a line from stderr.</param>
    /// <param name="broken">Takes the reason why the worker cannot be talked to any more.</param>
    public WorkerPipes(Process process, LineHandler received, Action<string> complained, Action<string> broken)
    {
        _process = process;
        _received = received;
        _complained = complained;
        _broken = broken;
    }

    /// <summary>Takes a line; it is valid during the call only.</summary>
    public delegate void LineHandler(ReadOnlySpan<byte> line);

    /// <summary>Completes when all that the worker wrote to stderr has been taken; only after its end.</summary>
    public Task ComplaintsRead => _complaintsRead.Task;

    /// <summary>Begins to read and write.</summary>
    public void Start()
    {
        StartThread("worker-stdout", ReadOutput);
        StartThread("worker-stderr", ReadErrors);
        StartThread("worker-stdin", WriteInput);
    }

    /// <summary>Queues a line, its end included.</summary>
    public void Send(byte[] line)
    {
        if (!_outgoing.IsAddingCompleted && !TryAdd(line))
        {
            _broken("it does not read what it is sent");
        }
    }

    /// <summary>Nothing is sent any more.</summary>
    public void Close() => _outgoing.CompleteAdding();

    private static void StartThread(string name, ThreadStart run) =>
        new Thread(run, maxStackSize: 256 * 1024) { IsBackground = true, Name = name }.Start();

    private bool TryAdd(byte[] line)
    {
        try
        {
            return _outgoing.TryAdd(line);
        }
        catch (InvalidOperationException) // closed in between: the worker is gone, and so is whom the line was for
        {
            return true;
        }
    }

    private void ReadOutput()
    {
        try
        {
            using var output = _process.StandardOutput.BaseStream;
            var lines = new LineReader(output, LineLimit);
            while (lines.TryRead(out var line))
            {
                if (!line.IsEmpty)
                {
                    _received(line);
                }
            }
        }
        catch (Exception error) // whatever a worker sends must not end this process
        {
            _broken($"it sent garbage: {error.Message}");
        }
    }

    private void ReadErrors()
    {
        try
        {
            using var errors = _process.StandardError.BaseStream;
            var lines = new LineReader(errors, LineLimit);
            while (lines.TryRead(out var line))
            {
                var text = Encoding.UTF8.GetString(line[..Math.Min(line.Length, LoggedCharacters)]);
                _complained(text);
            }
        }
        catch (Exception error) // as above
        {
            _broken($"it sent garbage to its error output: {error.Message}");
        }

        _complaintsRead.SetResult();
    }

    private void WriteInput()
    {
        try
        {
            using var input = _process.StandardInput.BaseStream;
            foreach (var line in _outgoing.GetConsumingEnumerable())
            {
                input.Write(line);
                input.Flush();
            }
        }
        catch (IOException)
        {
            // The pipe breaks when the worker ends; a living one that closed it is noticed by its lease.
        }
    }
}
