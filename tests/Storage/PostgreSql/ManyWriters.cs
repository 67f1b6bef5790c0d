using System.Collections.Concurrent;
using System.Globalization;
using MarketManager.Kernel;
using MarketManager.Storage.Tests.Contract;
using Xunit;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>Actors that write one event after the other, each with the next number, and know which were acknowledged.</summary>
internal sealed class ManyWriters(IJournal journal, int actors)
{
    private readonly ConcurrentDictionary<long, long> _acknowledged = new();
    private volatile bool _isStopping;
    private int _unknown;
    private long _count;
    private List<Task> _running = [];

    /// <summary>Writes whose fate could not be told to their actor.</summary>
    public int Unknown => _unknown;

    /// <summary>Acknowledged writes, all together.</summary>
    public long Count => Interlocked.Read(ref _count);

    public void Start() => _running = [.. Enumerable.Range(1, actors).Select(actor => Task.Run(() => Write(actor)))];

    public async Task Stop()
    {
        _isStopping = true;
        await Task.WhenAll(_running).WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Waits until so many more were acknowledged.</summary>
    public async Task More(int count)
    {
        var wanted = Count + count;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Count < wanted)
        {
            if (deadline.IsCancellationRequested || _running.FirstOrDefault(task => task.IsFaulted) is not null)
            {
                Assert.Fail($"{Count} of {wanted}; {_running.FirstOrDefault(task => task.IsFaulted)?.Exception}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    /// <summary>Every acknowledged event is there, and each actor's are numbered without a gap and without a second one.</summary>
    public async Task Verify()
    {
        var there = new Written();
        await journal.Replay("exchange", null, there);
        foreach (var (actor, last) in _acknowledged)
        {
            Assert.True(there.Last.GetValueOrDefault(actor) >= last, $"actor {actor}: {last} acknowledged, {there.Last.GetValueOrDefault(actor)} there");
        }

        Assert.Empty(there.Wrong);
    }

    private async Task Write(long actor)
    {
        for (long next = 1; !_isStopping;)
        {
            try
            {
                await journal.Append(Samples.Append(actor, next, next.ToString(CultureInfo.InvariantCulture)));
                _acknowledged[actor] = next++;
                Interlocked.Increment(ref _count);
            }
            catch (StoreUnavailableException e) when (e.OutcomeUnknown)
            {
                Interlocked.Increment(ref _unknown);
                next = await LastOf(actor) + 1;
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System); // nothing was written
            }
        }
    }

    private async Task<long> LastOf(long actor)
    {
        while (true)
        {
            try
            {
                var there = new Written();
                await journal.Replay(Samples.Actor(actor), there);
                return there.Last.GetValueOrDefault(actor);
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }

    private sealed class Written : IReplay
    {
        public Dictionary<long, long> Last { get; } = [];

        public List<string> Wrong { get; } = [];

        public void OnSnapshot(long id, long sequence, ReadOnlySpan<byte> data) => throw new NotSupportedException();

        public void OnEvent(long id, long sequence, string kind, int version, DateTimeOffset at, ReadOnlySpan<byte> data)
        {
            var number = long.Parse(data, CultureInfo.InvariantCulture);
            if (sequence != Last.GetValueOrDefault(id) + 1 || number != sequence)
            {
                Wrong.Add($"{id}:{sequence} {number}");
            }

            Last[id] = sequence;
        }
    }
}
