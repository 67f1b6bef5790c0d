using MarketManager.Kernel;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.TestKit;

/// <summary>An actor system on manual time and the seeded scheduler: everything happens in <see cref="Run"/> and <see cref="Advance"/>.</summary>
public sealed class Simulation : IAsyncDisposable
{
    /// <summary>Creates an empty system.</summary>
    /// <param name="seed">Decides order, ids and jitter.</param>
    /// <param name="loggers">Null: nothing is logged.</param>
    /// <param name="name">The system's, by which its metrics can be told from those of other tests.</param>
    public Simulation(int seed = 1, ILoggerFactory? loggers = null, string name = "simulation")
    {
        Time = new ManualTime();
        Scheduler = new SeededScheduler(seed);
        World = TestWorld.Create(Time, seed);
        System = new ActorSystem(name, World, loggers ?? NullLoggerFactory.Instance, Scheduler);
    }

    /// <summary>The clock.</summary>
    public ManualTime Time { get; }

    /// <summary>What decides whose turn it is.</summary>
    public SeededScheduler Scheduler { get; }

    /// <summary>Time, ids and randomness from the seed.</summary>
    public World World { get; }

    /// <summary>The system under test.</summary>
    public ActorSystem System { get; }

    /// <summary>Runs until nobody has anything left to do. No time passes.</summary>
    public void Run() => Scheduler.RunUntilIdle();

    /// <summary>Lets time pass from timer to timer; after each, everybody runs until idle.</summary>
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

    /// <summary>Runs until idle and gives the result, of an ask for example; fails where it is not there by then.</summary>
    public async Task<T> Result<T>(ValueTask<T> pending)
    {
        var task = pending.AsTask();
        Run();
        return task.IsCompleted ? await task : throw new InvalidOperationException($"idle, but the result is not there, seed {Scheduler.Seed}");
    }

    /// <summary>Runs until idle; fails where <paramref name="pending"/>, the end of an actor for example, has not come by then.</summary>
    public async Task Completion(ValueTask pending)
    {
        var task = pending.AsTask();
        Run();
        if (!task.IsCompleted)
        {
            throw new InvalidOperationException($"idle, but not complete, seed {Scheduler.Seed}");
        }

        await task;
    }

    /// <summary>Runs code with its awaits on the seeded scheduler, until idle; fails where it has not ended by then.</summary>
    public Task Do(Func<Task> code)
    {
        Task? task = null;
        Scheduler.Post(() => task = code());
        Run();
        return Completion(new ValueTask(task!));
    }

    /// <summary>Stops the system on its own scheduler.</summary>
    public ValueTask DisposeAsync() => new(Do(() => System.DisposeAsync().AsTask()));
}
