using MarketManager.Kernel;
using MarketManager.TestKit;

namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>
/// True time, and whose turn it is: the processes, each on a scheduler of its own, and what lies outside of them (the store, the
/// network), interleaved turn by turn as a seed decides.
/// </summary>
internal sealed class Universe
{
    private readonly Random _random;
    private readonly List<SeededScheduler> _running = [];

    public Universe(int seed)
    {
        Seed = seed;
        _random = new Random(seed);
        Weather = new Weather(new Random(unchecked(seed * 31)));
        Outside = new SeededScheduler(seed);
        _running.Add(Outside);
        World = TestWorld.Create(new ProcessClock(Clock, Outside), seed);
    }

    public int Seed { get; }

    public Weather Weather { get; }

    /// <summary>True time, which no process sees as it is.</summary>
    public ManualTime Clock { get; } = new();

    /// <summary>The turns of store and network.</summary>
    public SeededScheduler Outside { get; }

    /// <summary>Time and chance of store and network.</summary>
    public World World { get; }

    /// <summary>A process takes turns from now on.</summary>
    public void Resume(SeededScheduler process) => _running.Add(process);

    /// <summary>A process takes no turns any more.</summary>
    public void Halt(SeededScheduler process) => _running.Remove(process);

    /// <summary>Carries something out outside of the process that asks for it, whatever becomes of that meanwhile.</summary>
    public Task<T> Remote<T>(Func<Task<T>> work) => Begin(Outside, work);

    /// <summary>Carries something out as one of a scheduler's turns.</summary>
    public static Task<T> Begin<T>(SeededScheduler on, Func<Task<T>> work)
    {
        var outcome = new TaskCompletionSource<T>();
        on.Post(async () =>
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

    /// <summary>A while, from nothing to <paramref name="atMost"/>.</summary>
    public Task Delay(TimeSpan atMost) => Task.Delay(World.NextDuration(atMost), World.Time);

    /// <summary>A turn of somebody; false where nobody has anything to do.</summary>
    public bool Step()
    {
        var ready = 0;
        foreach (var scheduler in _running)
        {
            ready += scheduler.Ready;
        }

        if (ready == 0)
        {
            return false;
        }

        var turn = _random.Next(ready);
        foreach (var scheduler in _running)
        {
            if ((turn -= scheduler.Ready) < 0)
            {
                return scheduler.Step();
            }
        }

        throw new InvalidOperationException("turns went amiss");
    }

    /// <summary>Lets time pass, from timer to timer; between them everybody goes on until nobody has anything to do.</summary>
    public void Advance(TimeSpan span)
    {
        Run();
        var left = span;
        while (Clock.UntilNextTimer is { } next && next <= left)
        {
            Clock.Advance(next);
            Run();
            left -= next;
        }

        Clock.Advance(left);
        Run();
    }

    /// <summary>Lets time pass until something has happened; false where it has not within <paramref name="patience"/>.</summary>
    public bool Await(Func<bool> condition, TimeSpan patience)
    {
        for (var left = patience; !condition() && left > TimeSpan.Zero; left -= TimeSpan.FromMilliseconds(100))
        {
            Advance(TimeSpan.FromMilliseconds(100));
        }

        return condition();
    }

    private void Run()
    {
        for (var steps = 0; Step(); steps++)
        {
            if (steps > 1_000_000)
            {
                throw new InvalidOperationException("the processes keep each other busy without end");
            }
        }
    }
}
