using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;
using MarketManager.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Actors.Tests.Harness;

/// <summary>A whole node without its front: exchanges on manual time, the seeded scheduler and a store in memory.</summary>
/// <remarks>
/// Nothing happens but in <see cref="Step"/>, <see cref="Run"/>, <see cref="Advance(TimeSpan)"/> and <see cref="Call"/>. A seed
/// gives the same day again.
/// </remarks>
internal sealed class TestNode
{
    public const string Name = "node-1";

    private readonly int _seed;
    private readonly IMarketSource _source;
    private readonly IJournal _journal;
    private MortalTime _time;
    private SeededScheduler _scheduler;
    private ExchangeSystem? _exchanges;
    private int _lives;

    /// <summary>Starts a node.</summary>
    /// <param name="seed">Decides order, ids and jitter.</param>
    /// <param name="source">Asks venues; null: <see cref="Source"/>.</param>
    /// <param name="journal">What is between the actors and the journal; null: nothing.</param>
    /// <param name="store">Null: a new one.</param>
    /// <param name="time">Null: a new one.</param>
    /// <param name="isUp">False: the process is not started yet.</param>
    public TestNode(
        int seed = 1,
        IMarketSource? source = null,
        IJournal? journal = null,
        FakeStore? store = null,
        ManualTime? time = null,
        bool isUp = true)
    {
        _seed = seed;
        Store = store ?? new FakeStore();
        Time = time ?? new ManualTime();
        _source = source ?? Source;
        _journal = journal ?? Store.Journal;
        _time = new MortalTime(Time);
        _scheduler = new SeededScheduler(seed);
        if (isUp)
        {
            Start();
        }
    }

    public ManualTime Time { get; }

    public FakeStore Store { get; }

    public FakeMarketSource Source { get; } = new();

    /// <summary>How many bytes of results may wait for the store, from the next start on.</summary>
    public long WaitingBytes { get; set; } = long.MaxValue / 2;

    public DateTimeOffset Now => Time.GetUtcNow();

    public ExchangeSystem Exchanges => _exchanges ?? throw new InvalidOperationException("the node does not run");

    /// <summary>Whether the process lives and has recovered.</summary>
    public bool IsUp => _exchanges is not null;

    /// <summary>Starts the process, after <see cref="Kill"/>, and recovers.</summary>
    public void Start()
    {
        var up = Boot();
        Run();
        Answered(up);
    }

    /// <summary>Starts the process; it recovers as it is run.</summary>
    public Task<ExchangeSystem> Boot()
    {
        _lives++;
        _time = new MortalTime(Time);
        _scheduler = new SeededScheduler(unchecked((_seed * 1009) + _lives));
        var world = TestWorld.Create(_time, _scheduler.Seed);
        var system = new ActorSystem(Name, world, NullLoggerFactory.Instance, _scheduler);
        var ports = new ExchangePorts(_journal, Store, Store, Store, Store, _source, new FakeVenues());
        var policy = new ExchangePolicy(Name, Stablecoins.Default, AllowPrivateAddresses: true) { WaitingBytes = WaitingBytes };
        return Begin(async () =>
        {
            var exchanges = await ExchangeSystem.Start(system, ports, policy, NullLogger<ExchangeSystem>.Instance, CancellationToken.None);
            await exchanges.OpenAll(CancellationToken.None);
            return _exchanges = exchanges;
        });
    }

    /// <summary>The process dies where it stands: no turn, no timer and no answer of it comes any more.</summary>
    public void Kill()
    {
        _time.Die();
        _scheduler = new SeededScheduler(0); // what was to come on the old one never comes
        _exchanges = null;
    }

    /// <summary>One step of somebody; false where nobody has anything to do.</summary>
    public bool Step() => _scheduler.Step();

    /// <summary>Lets everybody go on until nobody has anything to do. No time passes.</summary>
    public void Run() => _scheduler.RunUntilIdle();

    /// <summary>Lets time pass, from timer to timer.</summary>
    public void Advance(TimeSpan span)
    {
        Run();
        var left = span;
        while (Time.UntilNextTimer is { } next && next <= left)
        {
            Time.Advance(next);
            Run();
            left -= next;
        }

        Time.Advance(left);
        Run();
    }

    /// <summary>Lets so many seconds pass.</summary>
    public void Advance(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Steps the wall clock.</summary>
    public void StepClock(TimeSpan by) => Time.SetUtcNow(Now + by);

    /// <summary>Begins something on the scheduler; it goes on as the node is run.</summary>
    public Task<T> Begin<T>(Func<Task<T>> work)
    {
        var outcome = new TaskCompletionSource<T>();
        _scheduler.Post(async () =>
        {
            try
            {
                outcome.SetResult(await work());
            }
            catch (Exception e)
            {
                outcome.SetException(e);
            }
        });
        return outcome.Task;
    }

    /// <summary>Sends something to the gateway; it is answered as the node is run.</summary>
    public Task<T> Send<T>(Func<IExchangeGateway, ValueTask<T>> request) => Begin(() => request(Exchanges.Gateway).AsTask());

    /// <summary>Sends something to the gateway and runs until idle; throws where it was not answered by then.</summary>
    public T Call<T>(Func<IExchangeGateway, ValueTask<T>> request)
    {
        var answer = Send(request);
        Run();
        return Answered(answer);
    }

    /// <summary>What was answered; throws where nothing was.</summary>
    public static T Answered<T>(Task<T> answer) =>
        answer.IsCompleted ? answer.GetAwaiter().GetResult() : throw new InvalidOperationException("idle, but there is no answer");
}
