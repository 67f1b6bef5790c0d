using System.Text;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Kernel;
using Xunit;

namespace MarketManager.Actors.Tests.Exchanges;

/// <summary>What was written once must be read for ever: the forms are pinned as they lie in the journal.</summary>
public sealed class DomainCodecTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 15, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly Guid Run = new("019bc1f6-1f7b-7000-8000-000000000001");
    private static readonly Guid Crashed = new("019bc1f6-1f7b-7000-8000-000000000002");
    private static readonly ExchangeSettings Settings = new("My Kraken", true, 60, null, "https://k.test", null, """{"max_run":90}""");
    private static readonly DomainCodec Codec = new();

    public static TheoryData<string, DomainEvent, string> Forms => new()
    {
        {
            "exchange.created",
            new ExchangeEvent.Created(7, "default", "my-kraken", "kraken", Settings, At),
            """{"id":7,"tenant":"default","slug":"my-kraken","venue":"kraken","settings":{"name":"My Kraken","enabled":true,"interval":60,"url":"https://k.test","options":"{\u0022max_run\u0022:90}"},"at":"2026-01-15T12:00:00.123+00:00"}"""
        },
        {
            "exchange.configured",
            new ExchangeEvent.Configured(Settings with { Enabled = false, Options = "{}" }, At),
            """{"settings":{"name":"My Kraken","enabled":false,"interval":60,"url":"https://k.test","options":"{}"},"at":"2026-01-15T12:00:00.123+00:00"}"""
        },
        {
            "exchange.gathered",
            new ExchangeEvent.Gathered(1234567.89m, "USDT-BTC", 0.00000001m, At),
            """{"volume":1234567.89,"top_pair":"USDT-BTC","top_pair_volume":0.00000001,"at":"2026-01-15T12:00:00.123+00:00"}"""
        },
        { "exchange.gathered", new ExchangeEvent.Gathered(null, null, null, At), """{"at":"2026-01-15T12:00:00.123+00:00"}""" },
        { "exchange.deletion_begun", new ExchangeEvent.DeletionBegun(At), """{"at":"2026-01-15T12:00:00.123+00:00"}""" },
        { "exchange.deleted", new ExchangeEvent.Deleted(At), """{"at":"2026-01-15T12:00:00.123+00:00"}""" },
        {
            "run.schedule_set",
            new RunEvent.ScheduleSet(2, At, TimeSpan.FromSeconds(60), 1, new SlotRange(3, 4), At),
            """{"generation":2,"anchor":"2026-01-15T12:00:00.123+00:00","interval":"00:01:00","first_slot":1,"cut":{"from":3,"to":4},"at":"2026-01-15T12:00:00.123+00:00"}"""
        },
        { "run.schedule_cleared", new RunEvent.ScheduleCleared(null, At), """{"at":"2026-01-15T12:00:00.123+00:00"}""" },
        {
            "run.started",
            new RunEvent.Started(Run, 5, RunTrigger.Interval, 2, 9, 7, At, null, TimeSpan.FromSeconds(120), "node-1", At),
            """{"run_id":"019bc1f6-1f7b-7000-8000-000000000001","number":5,"trigger":"Interval","generation":2,"slot":9,"covers_from":7,"due":"2026-01-15T12:00:00.123+00:00","max_run":"00:02:00","node":"node-1","at":"2026-01-15T12:00:00.123+00:00"}"""
        },
        {
            "run.started",
            new RunEvent.Started(Run, 5, RunTrigger.Recovery, null, null, null, At, Crashed, TimeSpan.FromDays(1), "node-1", At),
            """{"run_id":"019bc1f6-1f7b-7000-8000-000000000001","number":5,"trigger":"Recovery","due":"2026-01-15T12:00:00.123+00:00","recovers":"019bc1f6-1f7b-7000-8000-000000000002","max_run":"1.00:00:00","node":"node-1","at":"2026-01-15T12:00:00.123+00:00"}"""
        },
        {
            "run.ended",
            new RunEvent.Ended(Run, RunState.Succeeded, 1, new RunTally(3000, 2999), null, false, At),
            """{"run_id":"019bc1f6-1f7b-7000-8000-000000000001","outcome":"Succeeded","attempts":1,"tally":{"markets":3000,"tickers":2999},"owes":false,"at":"2026-01-15T12:00:00.123+00:00"}"""
        },
        {
            "run.ended",
            new RunEvent.Ended(Run, RunState.Crashed, 3, null, new RunError("process_died", "it died", At), true, At),
            """{"run_id":"019bc1f6-1f7b-7000-8000-000000000001","outcome":"Crashed","attempts":3,"error":{"kind":"process_died","message":"it died","at":"2026-01-15T12:00:00.123+00:00"},"owes":true,"at":"2026-01-15T12:00:00.123+00:00"}"""
        },
        { "run.stretch_ended", new RunEvent.StretchEnded(At), """{"at":"2026-01-15T12:00:00.123+00:00"}""" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Event_is_written_in_its_form(string kind, DomainEvent e, string form)
    {
        var written = Codec.Encode(e);
        Assert.Equal((kind, 1, At, form), (written.Kind, written.Version, written.At, Encoding.UTF8.GetString(written.Data.Span)));
        Assert.InRange(written.Level, 1, DomainCodec.Level);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Event_is_read_from_its_form(string kind, DomainEvent e, string form) =>
        Assert.Equal(e, Codec.Decode(kind, 1, At, Encoding.UTF8.GetBytes(form)));

    [Fact]
    public void Every_kind_has_a_form_that_is_pinned() =>
        Assert.Equal(DomainCodec.Kinds.Order(), Forms.Select(form => (string)form[0]).Distinct().Order());

    [Fact]
    public void Event_that_is_not_known_is_not_passed_over()
    {
        Assert.Throws<UnknownEventException>(() => Codec.Decode("exchange.renamed", 1, At, "{}"u8));
        Assert.Throws<UnknownEventException>(() => Codec.Decode("exchange.deleted", 2, At, "{}"u8));
        Assert.Throws<UnknownEventException>(() => Codec.Encode(new NewEvent(At)));
        Assert.Throws<UnknownEventException>(() => ExchangeState.Unborn.Apply(new NewEvent(At)));
    }

    [Fact]
    public void Snapshot_of_a_full_state_comes_back()
    {
        var state = Forms.Select(form => (DomainEvent)form[1]).Aggregate(ExchangeState.Unborn, (state, e) => state.Apply(e)) with
        {
            Runs = new RunLife
            {
                Schedule = new Schedule(3, At, TimeSpan.FromSeconds(60), 12),
                Generation = 3,
                Number = 9,
                Running = new RunInFlight(Run, 9, RunTrigger.Interval, 3, 11, 10, At, Crashed, TimeSpan.FromSeconds(120), "node-1", At),
                Debt = new RunDebt(Crashed, At),
                Last = new EndedRun(Crashed, At, At, RunState.Crashed),
                LastScheduledStart = At,
                LastSuccess = At,
                ConsecutiveFailures = 4,
                Stretch = 2,
                LastError = new RunError("network", "no", At),
            },
        };
        Assert.Equal(state, Codec.DecodeState(Codec.EncodeState(state).Span));
        Assert.Equal(ExchangeState.Unborn, Codec.DecodeState(Codec.EncodeState(ExchangeState.Unborn).Span));
    }

    [Fact]
    public void Snapshot_from_before_deletions_were_decided_is_read()
    {
        var json = Encoding.UTF8.GetString(Codec.EncodeState(ExchangeState.Unborn with { Deleting = true }).Span);
        Assert.Contains(",\"deleting\":true", json, StringComparison.Ordinal);
        var older = json.Replace(",\"deleting\":true", string.Empty, StringComparison.Ordinal);
        Assert.Equal(ExchangeState.Unborn, Codec.DecodeState(Encoding.UTF8.GetBytes(older)));
    }

    private sealed record NewEvent(DateTimeOffset At) : DomainEvent(At);
}
