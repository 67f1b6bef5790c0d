using MarketManager.Actors;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Runs;
using MarketManager.Cluster.Exchanges;
using MarketManager.TestKit;

namespace MarketManager.Cluster.Tests.Exchanges;

/// <summary>However many wait for runs, the connections between nodes are not used up by them.</summary>
public sealed class RunWaitsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly KeptAnswer NotEnded = new(null, null, null);

    private readonly ManualTime _time = new();
    private readonly List<Question> _asked = [];
    private readonly RunWaits _waits;

    public RunWaitsTests() => _waits = new RunWaits(_time, (exchange, run, within, cancel) =>
    {
        var question = new Question(exchange, run, within, cancel);
        _asked.Add(question);
        return new(question.Answer.Task);
    });

    [Fact]
    public async Task All_who_wait_for_a_run_share_one_question()
    {
        var run = Run(1);
        var waiting = Enumerable.Range(0, 5_000).Select(_ => Wait(run, 300)).ToList();
        Assert.Equal((7L, run, RunWaits.Slice), (Assert.Single(_asked).Exchange, _asked[0].Run, _asked[0].Within));

        var ended = View(run);
        _asked[0].Answer.SetResult(new KeptAnswer(null, ended, null));
        Assert.All(await Task.WhenAll(waiting), seen => Assert.Same(ended, seen));
    }

    [Fact]
    public async Task Who_has_waited_long_enough_goes_and_the_question_ends_with_the_last()
    {
        var (impatient, patient) = (Wait(Run(1), 10), Wait(Run(1), 20));
        _time.Advance(10 * Second);
        Assert.Null(await impatient);
        Assert.False(_asked[0].Cancel.IsCancellationRequested);
        _time.Advance(10 * Second);
        Assert.Null(await patient);
        Assert.True(_asked[0].Cancel.IsCancellationRequested);

        _ = Wait(Run(1), 10);
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task Caller_that_goes_away_leaves_the_others_waiting()
    {
        using var gone = new CancellationTokenSource();
        var (left, other) = (_waits.WhenEnded(7, Run(1), 10 * Second, gone.Token).AsTask(), Wait(Run(1), 10));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        var ended = View(Run(1));
        _asked[0].Answer.SetResult(new KeptAnswer(null, ended, null));
        Assert.Same(ended, await other);
    }

    [Fact]
    public async Task Run_that_its_owner_does_not_know_is_not_waited_for()
    {
        var waiting = Wait(Run(1), 300);
        _asked[0].Answer.SetResult(NotEnded);
        Assert.Null(await waiting);
    }

    [Fact]
    public async Task Question_is_asked_again_while_the_run_goes_on_and_where_its_owner_has_changed()
    {
        var waiting = Wait(Run(1), 300);
        _time.Advance(RunWaits.Slice);
        _asked[0].Answer.SetResult(NotEnded);
        await Asked(2);
        _asked[1].Answer.SetResult(new KeptAnswer(null, null, Rejections.StoreAway));
        await Asked(3);
        var ended = View(Run(1));
        _asked[2].Answer.SetResult(new KeptAnswer(null, ended, null));
        Assert.Same(ended, await waiting);
    }

    [Fact]
    public async Task More_runs_than_there_are_places_are_not_waited_for()
    {
        for (var run = 1; run <= RunWaits.Most; run++)
        {
            _ = Wait(Run(run), 300);
        }

        Assert.Null(await Wait(Run(0), 300));
        Assert.Equal(RunWaits.Most, _asked.Count);
        Assert.False(Wait(Run(1), 300).IsCompleted);
    }

    private Task<RunView?> Wait(Guid run, int seconds) => _waits.WhenEnded(7, run, seconds * Second, default).AsTask();

    private async Task Asked(int times)
    {
        while (_asked.Count < times)
        {
            await Task.Yield();
        }
    }

    private static Guid Run(int number) => new(number, 0, 0, new byte[8]);

    private RunView View(Guid run) => new(
        run, 7, 1, RunTrigger.Demand, null, null, null, _time.GetUtcNow(), RunState.Succeeded, _time.GetUtcNow(), _time.GetUtcNow(), 1, null, null, "n1", null);

    private sealed record Question(long Exchange, Guid Run, TimeSpan Within, CancellationToken Cancel)
    {
        public TaskCompletionSource<KeptAnswer> Answer { get; } = new();
    }
}
