using MarketManager.Cluster.Members;
using MarketManager.TestKit;

namespace MarketManager.Cluster.Tests.Members;

public class LeaseTests
{
    private readonly ManualTime _time = new();
    private readonly Lease _lease;

    public LeaseTests() => _lease = new Lease(_time, new() { Name = "a", Address = new("http://a"), Roles = [] });

    [Fact]
    public void Lease_that_was_never_renewed_does_not_hold() => Assert.False(_lease.Holds);

    [Fact]
    public void Lease_ends_before_others_may_notice_the_silence()
    {
        _lease.Renewed(_time.GetTimestamp());
        for (var tick = 0; tick < 7; tick++)
        {
            Advance(0.5);
            _lease.Answered(_time.GetTimestamp());
            Assert.True(_lease.Holds);
        }

        Advance(0.499);
        Assert.True(_lease.Holds);
        Advance(0.001);
        Assert.False(_lease.Holds);
    }

    [Fact]
    public void Lease_ends_before_others_may_notice_the_absence()
    {
        _lease.Renewed(_time.GetTimestamp());
        Advance(0.899);
        Assert.True(_lease.Holds);
        Advance(0.001);
        Assert.False(_lease.Holds);
    }

    [Fact]
    public void Late_answer_counts_from_when_it_was_asked_for()
    {
        var sent = _time.GetTimestamp();
        Advance(0.95);
        _lease.Renewed(sent);
        Assert.False(_lease.Holds);
    }

    [Fact]
    public void Lost_session_ends_it_at_once()
    {
        _lease.Renewed(_time.GetTimestamp());
        _lease.Lost();
        Assert.False(_lease.Holds);
        _lease.Answered(_time.GetTimestamp());
        Assert.False(_lease.Holds);
    }

    private void Advance(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));
}
