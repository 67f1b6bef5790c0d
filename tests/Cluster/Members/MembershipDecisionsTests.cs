using MarketManager.Cluster.Members;

namespace MarketManager.Cluster.Tests.Members;

public class MembershipDecisionsTests
{
    private static readonly ClusterOptions Options = new() { Name = "a", Address = new("http://a"), Roles = ["gather"] };
    private static readonly Guid Me = new(1, 0, 0, new byte[8]);
    private static readonly Guid Other = new(2, 0, 0, new byte[8]);

    private Watch _watch = Watch.Nothing;

    [Fact]
    public void Node_that_beats_and_is_present_lives()
    {
        for (var beat = 0; beat < 100; beat++)
        {
            Assert.Empty(See(beat * 0.5, beat));
        }
    }

    [Fact]
    public void Node_whose_beat_stands_still_for_a_lease_is_dead()
    {
        var verdicts = Enumerable.Range(0, 11).Select(tick => See(tick * 0.5, beat: 7)).ToList();
        Assert.All(verdicts[..10], Assert.Empty);
        Assert.Equal([new Verdict(Other, 7, DeathReason.Silent)], verdicts[10]);
    }

    [Fact]
    public void Node_is_judged_by_its_own_lease()
    {
        var verdicts = Enumerable.Range(0, 19).Select(tick => See(tick * 0.5, beat: 7, lease: 9)).ToList();
        Assert.All(verdicts[..18], Assert.Empty);
        Assert.Single(verdicts[18]);
    }

    [Fact]
    public void Look_counts_from_when_it_was_begun()
    {
        Enumerable.Range(0, 10).ToList().ForEach(tick => See(tick * 0.5, beat: 7));
        Assert.Empty(See(5.4, beat: 7, asked: 4.9));
        Assert.Single(See(5.9, beat: 7, asked: 5.0));
    }

    [Fact]
    public void Watcher_that_did_not_look_for_long_begins_anew()
    {
        Enumerable.Range(0, 9).ToList().ForEach(tick => See(tick * 0.5, beat: 7));
        Assert.Empty(See(5.1, beat: 7));
        var verdicts = Enumerable.Range(1, 10).Select(tick => See(5.1 + (tick * 0.5), beat: 7)).ToList();
        Assert.All(verdicts[..9], Assert.Empty);
        Assert.Single(verdicts[9]);
    }

    [Fact]
    public void New_session_begins_anew()
    {
        Enumerable.Range(0, 10).ToList().ForEach(tick => See(tick * 0.5, beat: 7));
        Assert.Empty(See(5.0, beat: 7, session: 2));
        Assert.Empty(See(5.5, beat: 7, session: 2));
    }

    [Fact]
    public void Node_that_is_absent_for_the_grace_is_dead()
    {
        Assert.Empty(See(0, beat: 1));
        Assert.Empty(See(0.5, beat: 1, present: false));
        Assert.Empty(See(1.0, beat: 1, present: false));
        Assert.Equal([new Verdict(Other, 1, DeathReason.Absent)], See(1.5, beat: 1, present: false));
    }

    [Fact]
    public void Node_that_comes_back_within_the_grace_lives()
    {
        Assert.Empty(See(0, beat: 1));
        Assert.Empty(See(0.5, beat: 1, present: false));
        Assert.Empty(See(1.0, beat: 2));
        Assert.Empty(See(1.5, beat: 2, present: false));
        Assert.Empty(See(2.0, beat: 2, present: false));
    }

    [Fact]
    public void Absence_of_a_node_that_was_never_seen_present_says_nothing()
    {
        for (var tick = 0; tick < 9; tick++)
        {
            Assert.Empty(See(tick * 0.5, beat: tick, present: false, refuses: true));
        }
    }

    [Fact]
    public void Absence_that_was_seen_through_another_session_says_nothing()
    {
        Assert.Empty(See(0, beat: 1));
        Assert.Empty(See(0.5, beat: 1, present: false, session: 2, refuses: true));
        Assert.Empty(See(1.0, beat: 1, present: false, session: 2, refuses: true));
        Assert.Empty(See(1.5, beat: 1, present: false, session: 2, refuses: true));
    }

    [Fact]
    public void Absent_node_whose_port_refuses_is_dead_at_once()
    {
        Assert.Empty(See(0, beat: 1, refuses: true));
        Assert.Equal([new Verdict(Other, 1, DeathReason.Gone)], See(0.1, beat: 1, present: false, refuses: true));
    }

    [Fact]
    public void Earlier_life_of_this_node_is_dead_once_absent_for_the_grace()
    {
        Assert.Empty(See(0, beat: 1, present: false, successorOf: Other));
        Assert.Empty(See(0.5, beat: 1, present: false, successorOf: Other));
        Assert.Single(See(1.0, beat: 1, present: false, successorOf: Other));
    }

    [Fact]
    public void Node_never_judges_itself()
    {
        for (var tick = 0; tick < 30; tick++)
        {
            Assert.DoesNotContain(See(tick * 0.5, beat: tick), verdict => verdict.Node == Me);
        }
    }

    private List<Verdict> See(
        double at, long beat, bool present = true, long session = 1, bool refuses = false, Guid? successorOf = null, double? asked = null,
        double? lease = null)
    {
        Member[] members = [Member(Me), Member(Other) with { Lease = lease is { } own ? TimeSpan.FromSeconds(own) : null }];
        var view = ClusterView.Empty with { Members = members };
        HashSet<Guid> there = present ? [Other] : [];
        _watch = MembershipDecisions.See(
            _watch, new ClusterSight(view, new Dictionary<Guid, long> { [Me] = 0, [Other] = beat }, there), session, TimeSpan.FromSeconds(at), Options);
        return [.. MembershipDecisions.Judge(_watch, Me, TimeSpan.FromSeconds(asked ?? at), _ => refuses, successorOf, Options)];
    }

    private static Member Member(Guid id) => new(id, id.ToString(), new("http://x"), ["gather"], 1, false, default);
}
