using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;
using MarketManager.Venues.Limits;
using Microsoft.Extensions.Logging;

namespace MarketManager.Venues.Ccxt;

/// <summary>One incarnation of a worker: a Node process, from its start to its end, and the calls it has not answered.</summary>
/// <remarks>It is killed as soon as it cannot be trusted: garbage, too long a line, no heartbeat for too long, too much memory.</remarks>
internal sealed class WorkerProcess
{
    /// <summary>How long what a dead worker wrote may take to be read; longer only when somebody else holds its stderr.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private const int HungTicks = 2;

    private readonly ConcurrentDictionary<long, WorkerCall> _calls = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CcxtOptions _options;
    private readonly World _world;
    private readonly ILogger _logger;
    private readonly Process _process;
    private readonly WorkerPipes _pipes;
    private long _lastCall;
    private int _silentTicks;
    private volatile bool _isHurried;
    private string? _brokenBecause;
    private string? _complaint;

    private WorkerProcess(Process process, CcxtOptions options, World world, ILogger logger)
    {
        _process = process;
        _options = options;
        _world = world;
        _logger = logger;
        Pid = process.Id;
        _pipes = new WorkerPipes(process, Receive, Complained, Kill);
    }

    /// <summary>Of the Node process.</summary>
    public int Pid { get; }

    /// <summary>Resident bytes, as of the last heartbeat.</summary>
    public long Memory { get; private set; }

    /// <summary>Whether heartbeats are missing.</summary>
    public bool Hung => _ready.Task.IsCompleted && Volatile.Read(ref _silentTicks) > HungTicks;

    /// <summary>Completes with the first heartbeat, or fails as worker_lost.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Completes with the reason when the process is gone.</summary>
    public Task<string> Ended { get; private set; } = Task.FromResult("");

    /// <summary>Starts a process.</summary>
    /// <exception cref="Exception">It cannot be started.</exception>
    public static async Task<WorkerProcess> Start(CcxtOptions options, ProcessStarter starter, World world, ILogger logger)
    {
        var worker = new WorkerProcess(await starter.Start(WorkerCommand.Of(options)), options, world, logger);
        worker._pipes.Start();
        worker.Ended = worker.Watch();
        return worker;
    }

    /// <summary>Asks the worker.</summary>
    /// <param name="method">A method of the worker's.</param>
    /// <param name="parameters">Writes the members of the parameters; null for none.</param>
    /// <param name="read">Reads the result, on the reading thread.</param>
    /// <param name="budget">What the requests of the call share; null when it makes none.</param>
    /// <param name="cancellationToken">Tells the worker to stop; the task completes when it has.</param>
    /// <exception cref="VenueException">The worker answered with an error, or ended.</exception>
    public async Task<T> Call<T>(
        string method, Action<Utf8JsonWriter>? parameters, RpcRead<T> read, VenueBudget? budget, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var id = Interlocked.Increment(ref _lastCall);
        using var over = new CancellationTokenSource();
        var call = new WorkerCall<T>(budget, over, read, cancellationToken);
        _calls[id] = call;
        if (Volatile.Read(ref _brokenBecause) is { } reason)
        {
            Lose(id, reason); // it may have ended before the call was seen
        }

        _pipes.Send(RpcMessage.Write(id, method, parameters));
        using (cancellationToken.Register(() => Cancel(id, call)))
        {
            return await call.Task;
        }
    }

    /// <summary>The node is being stopped: one that hangs is killed as soon as that shows, and holds nobody up.</summary>
    public void Hurry() => _isHurried = true;

    /// <summary>Ends the process at once; the first reason given counts.</summary>
    public void Kill(string reason)
    {
        Interlocked.CompareExchange(ref _brokenBecause, reason, null);
        try
        {
            _process.Kill();
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended already.
        }
    }

    private async Task<string> Watch()
    {
        string reason;
        await using (_world.Time.CreateTimer(_ => Tick(), null, _options.Heartbeat, _options.Heartbeat))
        {
            await _process.WaitForExitAsync();
            await Task.WhenAny(_pipes.ComplaintsRead, Task.Delay(LastWords, _world.Time));
            Interlocked.CompareExchange(ref _brokenBecause, $"it ended with code {_process.ExitCode} {_complaint}".TrimEnd(), null);
            reason = _brokenBecause!;
        }

        _pipes.Close();
        _ready.TrySetException(Lost(reason));
        _ = _ready.Task.Exception; // seen, should nobody wait
        foreach (var id in _calls.Keys)
        {
            Lose(id, reason);
        }

        return reason;
    }

    private void Complained(string line)
    {
        WorkerLog.Complained(_logger, Pid, line);
        var isNativeFrame = line.Contains(": 0x", StringComparison.Ordinal); // " 1: 0xb78db3 node::OOMErrorHandler(..."
        if (line.Contains("error", StringComparison.OrdinalIgnoreCase) && !isNativeFrame)
        {
            _complaint = $"({line})";
        }
    }

    /// <summary>Counts ticks, not time: a process that was frozen must not take its own silence for the worker's.</summary>
    private void Tick()
    {
        _pipes.Send(RpcMessage.Write(null, "heartbeat", null));
        var limit = !_ready.Task.IsCompleted ? (int)Math.Ceiling(_options.StartTimeout / _options.Heartbeat)
            : _isHurried ? Math.Min(HungTicks, _options.PatienceTicks)
            : _options.PatienceTicks;
        if (Interlocked.Increment(ref _silentTicks) > limit)
        {
            Kill(_ready.Task.IsCompleted ? "it hangs: no heartbeat for too long" : "it did not start in time");
        }
    }

    private void Cancel(long id, WorkerCall call)
    {
        call.StopWaiting();
        _pipes.Send(RpcMessage.Write(null, "cancel", writer => writer.WriteNumber("id", id)));
    }

    private void Lose(long id, string reason)
    {
        if (_calls.TryRemove(id, out var call))
        {
            call.Fail(Lost(reason));
        }
    }

    private VenueException Lost(string reason) => new(ErrorKinds.WorkerLost, $"worker {Pid} was lost: {reason}");

    private void Receive(ReadOnlySpan<byte> line)
    {
        var message = RpcMessage.Parse(line);
        switch (message.Method)
        {
            case null:
                Answered(message);
                break;
            case "acquire":
                Acquire(Encoding.UTF8.GetString(message.Id), Read(message.Params, WorkerJson.Default.AcquireParams));
                break;
            case "http":
                Observe(Read(message.Params, WorkerJson.Default.HttpParams));
                break;
            case "limit":
                var limit = Read(message.Params, WorkerJson.Default.LimitParams);
                BudgetOf(limit.Gather)?.Announce(limit.Endpoint, limit.Limit);
                break;
            case "heartbeat":
                Beat(Read(message.Params, WorkerJson.Default.HeartbeatParams));
                break;
            default:
                throw new JsonException($"unknown method '{message.Method}'");
        }
    }

    private static T Read<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(json, type) ?? throw new JsonException("parameters are missing");

    private void Answered(RpcMessage message)
    {
        if (!long.TryParse(message.Id, CultureInfo.InvariantCulture, out var id) || !_calls.TryRemove(id, out var call))
        {
            throw new JsonException("an answer to nothing that was asked");
        }

        try
        {
            if (message.Error.IsEmpty)
            {
                call.Complete(message.Result);
            }
            else
            {
                var error = Read(message.Error, WorkerJson.Default.RpcError);
                call.Fail(error.Data?.Class == CcxtErrors.Cancelled ? null : CcxtErrors.From(error, _world.Now));
            }
        }
        catch (Exception error)
        {
            call.Fail(Lost($"it sent garbage: {error.Message}"));
            throw;
        }
    }

    private void Beat(HeartbeatParams beat)
    {
        Memory = beat.Memory;
        Volatile.Write(ref _silentTicks, 0);
        _ready.TrySetResult();
        if (beat.Memory > (long)_options.MemoryMegabytes << 20)
        {
            Kill($"it takes {beat.Memory >> 20} MiB of memory");
        }
    }

    private VenueBudget? BudgetOf(long gather) => _calls.TryGetValue(gather, out var call) ? call.Budget : null;

    private void Observe(HttpParams http)
    {
        double? used = null;
        foreach (var header in (ReadOnlySpan<string>)["x-mbx-used-weight-1m", "x-sapi-used-ip-weight-1m"])
        {
            if (double.TryParse(http.Headers.GetValueOrDefault(header), CultureInfo.InvariantCulture, out var weight))
            {
                used = weight;
            }
        }

        var retryAfter = CcxtErrors.ParseRetryAfter(http.Headers.GetValueOrDefault("retry-after"), _world.Now);
        BudgetOf(http.Gather)?.Observe(http.Endpoint, http.Status, used, retryAfter);
    }

    private void Acquire(string id, AcquireParams request)
    {
        if (_calls.TryGetValue(request.Gather, out var call) && call.Budget is { } budget)
        {
            _ = Grant(id, budget.Acquire(RequestPriority.Polling, request.Endpoint, request.Cost, request.RateLimit, call.Over));
        }
        else
        {
            _pipes.Send(RpcMessage.Answer(id, "the gather is over"));
        }
    }

    private async Task Grant(string id, Task turn)
    {
        string? refusal = null;
        try
        {
            await turn;
        }
        catch (Exception error) when (error is VenueException or OperationCanceledException)
        {
            refusal = error.Message;
        }

        _pipes.Send(RpcMessage.Answer(id, refusal));
    }
}
