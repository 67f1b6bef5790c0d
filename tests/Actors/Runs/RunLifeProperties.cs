using FsCheck;
using FsCheck.Fluent;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Harness;
using Xunit;

namespace MarketManager.Actors.Tests.Runs;

/// <summary>Whatever happens, in whatever order: every slot has exactly one start that stands for it, and runs never overlap.</summary>
public class RunLifeProperties
{
    /// <summary>One thing that happens to an entity, and how many seconds the clock moves before it.</summary>
    public sealed record Happening(int Kind, int Seconds);

    [Fact]
    public void Every_slot_has_one_start_and_runs_never_overlap()
    {
        var happenings = Gen.Choose(0, 8).SelectMany(kind => Gen.Choose(-40, 100).Select(seconds => new Happening(kind, seconds)));
        var property = Prop.ForAll(Arb.From(Gen.ListOf(happenings, 60)), steps =>
        {
            RunHistory.Check(Live(steps));
            return true;
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), property);
    }

    [Fact]
    public void Checker_notices_a_slot_without_a_start()
    {
        var history = Live([new(0, 0), new(3, 1), new(0, 10), new(3, 1), new(0, 10)]).ToList();
        var lost = history.OfType<RunEvent.Started>().First(s => s.Slot == 1).RunId;
        history.RemoveAll(e => e is RunEvent.Started s && s.RunId == lost);
        history.RemoveAll(e => e is RunEvent.Ended x && x.RunId == lost);
        Assert.Throws<InvalidOperationException>(() => RunHistory.Check(history));
    }

    private static List<DomainEvent> Live(IEnumerable<Happening> happenings)
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var history = new List<DomainEvent>();
        var life = RunLife.Unborn;
        Keep(RunDecisions.Enable(life, TimeSpan.FromSeconds(10), now));
        foreach (var (kind, seconds) in happenings)
        {
            now = now.AddSeconds(seconds);
            switch (kind)
            {
                case 0 or 1 or 2 when life.Running is null:
                    if (RunDecisions.Reanchor(life, now) is { } anchored)
                    {
                        Keep(anchored);
                    }

                    if (RunDecisions.Next(life, now) is { } next && next.Due <= now && RunDecisions.Start(life, next, Context(now)) is { } started)
                    {
                        Keep(started);
                    }

                    break;
                case 0 or 1 or 2 or 3 when life.Running is { } run:
                    var outcome = kind switch { 0 => RunState.Failed, 1 => RunState.Crashed, _ => RunState.Succeeded };
                    Keep(Ended(run, outcome, now));
                    break;
                case 4:
                    foreach (var e in RunDecisions.StartOnDemand(life, Context(now)).Events)
                    {
                        Keep((RunEvent)e);
                    }

                    break;
                case 5 when life.Schedule is not null:
                    Keep(RunDecisions.Disable(life, now));
                    break;
                case 6 when life.Schedule is null:
                    Keep(RunDecisions.Enable(life, TimeSpan.FromSeconds(10), now));
                    break;
                case 7 when life.Schedule is not null:
                    Keep(RunDecisions.ChangeInterval(life, TimeSpan.FromSeconds(5 + Math.Abs(seconds)), now));
                    break;
                default:
                    break;
            }
        }

        return history;

        void Keep(RunEvent e)
        {
            history.Add(e);
            life = life.Apply(e);
        }

        StartContext Context(DateTimeOffset at) => new(at, TimeSpan.FromSeconds(120), "node", _ => new Guid(history.Count + 1, 0, 0, new byte[8]));
    }

    private static RunEvent.Ended Ended(RunInFlight run, RunState outcome, DateTimeOffset now) => outcome is RunState.Succeeded
        ? RunDecisions.End(run, outcome, 1, new RunTally(1, 1), null, now)
        : RunDecisions.End(run, outcome, 1, null, new RunError(ErrorKinds.Network, "no", now), now);
}
