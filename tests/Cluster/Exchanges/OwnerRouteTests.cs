using System.Text.Json;
using MarketManager.Actors;
using MarketManager.Actors.Idempotency;
using MarketManager.Cluster.Exchanges;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Cluster.Tests.Peers;
using MarketManager.Kernel;
using MarketManager.TestKit;

namespace MarketManager.Cluster.Tests.Exchanges;

public sealed class OwnerRouteTests
{
    private const long Exchange = 7;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly KeptAnswer Done = new(null, null, Rejections.NoExchange(Exchange));

    private readonly ManualTime _time = new();
    private readonly World _world;
    private readonly TestViews _views;
    private readonly Member _me;
    private readonly Member _other;
    private readonly ScriptedPeers _peers = new();
    private readonly TestLease _lease = new();
    private readonly OwnerRoute _route;
    private Func<KeptAnswer> _here = () => throw new InvalidOperationException("this node was not expected to be asked");

    public OwnerRouteTests()
    {
        _world = TestWorld.Create(_time);
        (_me, _other) = (NewMember("me", "api", "gather"), NewMember("other", "gather"));
        _views = new TestViews(_world.NewId(_world.Now), _me.Incarnation);
        _views.Set(_me, _other);
        _route = new OwnerRoute(_world, _views, _lease, (_, _) => ValueTask.FromResult(_here()), _peers);
    }

    [Fact]
    public async Task Owner_is_asked_once_and_its_answer_is_the_answer()
    {
        Owned(_other);
        _peers.Answers.Enqueue(Replied(Done));
        Assert.Equal(Done.Why, (await Ask(Read)).Why);
        Assert.Equal(_other, Assert.Single(_peers.Asked).To);
    }

    [Fact]
    public async Task Own_exchange_is_answered_here()
    {
        Owned(_me);
        _here = () => Done;
        Assert.Equal(Done, await Ask(Command));
        Assert.Empty(_peers.Asked);
    }

    [Fact]
    public async Task Request_waits_while_nobody_owns_the_exchange_and_goes_to_who_claims_it()
    {
        var ask = _route.Ask(Command, Patience, default).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(40));
        Assert.False(ask.IsCompleted);
        _peers.Answers.Enqueue(Replied(Done));
        Owned(_other);
        Assert.Equal(Done.Why, (await ask).Why);
    }

    [Fact]
    public async Task Request_follows_an_exchange_whose_owner_gives_it_away()
    {
        Owned(_me);
        _here = () =>
        {
            _peers.Answers.Enqueue(Replied(Done));
            Owned(_other);
            return new KeptAnswer(null, null, Rejections.Moved);
        };
        Assert.Equal(Done.Why, (await Ask(Command)).Why);
    }

    [Fact]
    public async Task Who_waited_in_vain_for_an_owner_hears_that_the_exchange_changes_hands()
    {
        var why = (await Ask(Command)).Why!;
        Assert.Equal(RejectionKind.Unavailable, why.Kind);
        Assert.Contains("changing hands", why.Detail, StringComparison.Ordinal);
        Assert.Equal(Patience, Waited);
    }

    [Fact]
    public async Task Store_that_is_away_is_what_a_request_hears_after_five_seconds()
    {
        Owned(_me);
        _lease.Holds = false;
        _here = () => new KeptAnswer(null, null, Rejections.Moved);
        Assert.Equal(Rejections.StoreAway, (await Ask(Command)).Why);
        Assert.Equal(OwnerRoute.Hope, Waited);
    }

    [Fact]
    public async Task Node_without_the_store_still_passes_requests_on()
    {
        Owned(_other);
        _lease.Holds = false;
        _peers.Answers.Enqueue(Replied(Done));
        Assert.Equal(Done.Why, (await Ask(Command)).Why);
        Assert.Equal(TimeSpan.Zero, Waited);
    }

    [Fact]
    public async Task Cluster_in_which_nobody_carries_exchanges_says_so_after_five_seconds()
    {
        _views.Set(_me with { Roles = ["api"] });
        var why = (await Ask(Read)).Why!;
        Assert.Equal(RejectionKind.Unavailable, why.Kind);
        Assert.Contains("role 'gather'", why.Detail, StringComparison.Ordinal);
        Assert.Equal(OwnerRoute.Hope, Waited);
    }

    [Fact]
    public async Task Owner_that_has_too_much_to_answer_is_named_after_five_seconds()
    {
        Owned(_other);
        _peers.Otherwise = PeerReply.Without(PeerOutcome.Busy, "full");
        var why = (await Ask(Command)).Why!;
        Assert.Equal(
            (RejectionKind.Unavailable, "other, which has the exchange, has more to answer than it can; nothing was changed; try again in a few seconds"),
            (why.Kind, why.Detail));
        Assert.Equal(OwnerRoute.Hope, Waited);
    }

    [Fact]
    public async Task Command_at_which_the_owner_fails_each_time_is_given_up_after_a_second_as_unknown()
    {
        Owned(_other);
        _peers.Otherwise = PeerReply.Without(PeerOutcome.Failed, "broken");
        Assert.Equal(RejectionKind.OutcomeUnknown, (await Ask(Command)).Why!.Kind);
        Assert.Equal((21, 21), (_peers.Asked.Count, _peers.Asked.DistinctBy(ask => ask.Request.Id).Count()));
        Assert.Single(_peers.Asked.DistinctBy(ask => System.Text.Encoding.UTF8.GetString(ask.Request.Payload.Span)));
        Assert.Equal(TimeSpan.FromSeconds(1), Waited);
    }

    [Fact]
    public async Task Read_at_which_the_owner_fails_each_time_fails_here_too_and_says_where()
    {
        Owned(_other);
        _peers.Otherwise = PeerReply.Without(PeerOutcome.Failed, "broken");
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Ask(Read));
        Assert.Equal("other, which has the exchange: broken", failure.Message);
    }

    [Fact]
    public async Task Owner_that_fails_once_is_asked_again()
    {
        Owned(_other);
        _peers.Answers.Enqueue(PeerReply.Without(PeerOutcome.Failed, "broken"));
        _peers.Answers.Enqueue(Replied(Done));
        Assert.Equal(Done.Why, (await Ask(Read)).Why);
    }

    [Fact]
    public async Task Command_that_may_have_arrived_is_repeated_under_its_id_and_key()
    {
        Owned(_other);
        _peers.Answers.Enqueue(PeerReply.Without(PeerOutcome.Lost, "cut"));
        _peers.Answers.Enqueue(Replied(Done));
        Assert.Equal(Done.Why, (await Ask(Command)).Why);
        Assert.Equal(2, _peers.Asked.Count);
        Assert.Equal(_peers.Asked[0].Request.Id, _peers.Asked[1].Request.Id);
        Assert.Equal(_peers.Asked[0].Request.Payload.ToArray(), _peers.Asked[1].Request.Payload.ToArray());
    }

    [Fact]
    public async Task Command_that_may_have_arrived_is_not_said_to_have_changed_nothing()
    {
        Owned(_other);
        _peers.Answers.Enqueue(PeerReply.Without(PeerOutcome.Lost, "cut"));
        _peers.Answers.Enqueue(Replied(new KeptAnswer(null, null, Rejections.StoreAway)));
        _peers.Otherwise = PeerReply.Declined("not mine");
        Assert.Equal(RejectionKind.OutcomeUnknown, (await Ask(Command)).Why!.Kind);
        Assert.Equal(Patience, Waited);
    }

    [Fact]
    public async Task Command_that_may_have_arrived_stays_unknown_when_the_store_goes_away()
    {
        Owned(_other);
        _lease.Holds = false;
        _peers.Otherwise = PeerReply.Without(PeerOutcome.Overdue, "silent");
        Assert.Equal(RejectionKind.OutcomeUnknown, (await Ask(Command)).Why!.Kind);
        Assert.Equal(OwnerRoute.Hope, Waited);
    }

    [Theory]
    [InlineData(RejectionKind.OutcomeUnknown, true)]
    [InlineData(RejectionKind.Unavailable, false)]
    [InlineData(RejectionKind.Conflict, false)]
    public void Owner_without_a_lease_says_what_may_have_been_made_and_nothing_that_it_only_believes(RejectionKind kind, bool isSaid) =>
        Assert.Equal(isSaid, ExchangeOwner.IsGoodWithoutLease(Command, new KeptAnswer(null, null, new Rejection(kind, "why"))));

    [Fact]
    public async Task Question_without_an_answer_has_changed_nothing()
    {
        Owned(_other);
        _peers.Otherwise = PeerReply.Without(PeerOutcome.Lost, "cut");
        Assert.Equal(RejectionKind.Unavailable, (await Ask(Read)).Why!.Kind);
    }

    private static ExchangeRequest Read => new ExchangeRequest.Get(Exchange);

    private static ExchangeRequest Command => new ExchangeRequest.Run(Exchange, new IdempotencyKey("mm", "run", "key", string.Empty));

    private TimeSpan Waited => _time.GetElapsedTime(0);

    private static PeerReply Replied(KeptAnswer answer) => PeerReply.Of(JsonSerializer.SerializeToUtf8Bytes(answer, ClusterJson.Default.KeptAnswer));

    private Member NewMember(string name, params string[] roles) =>
        new(_world.NewId(_world.Now), name, new Uri($"http://{name}"), roles, 1, false, _world.Now);

    private void Owned(Member owner)
    {
        var owners = new ShardOwner[Shard.Count];
        owners[Shard.Of(Exchange)] = new ShardOwner(owner.Incarnation, 1, null);
        _views.Set(new Dictionary<string, IReadOnlyList<ShardOwner>> { [ExchangeShards.Role] = owners });
    }

    /// <summary>Lets as much time pass as the answer takes.</summary>
    private async Task<KeptAnswer> Ask(ExchangeRequest request)
    {
        var answer = _route.Ask(request, Patience, default).AsTask();
        while (!answer.IsCompleted)
        {
            if (_time.UntilNextTimer is { } next)
            {
                _time.Advance(next);
            }

            await Task.Yield();
        }

        return await answer;
    }

    private sealed class TestLease : ILease
    {
        public bool Holds { get; set; } = true;
    }

    private sealed class ScriptedPeers : IPeers
    {
        public Queue<PeerReply> Answers { get; } = new();

        public PeerReply? Otherwise { get; set; }

        public List<(Member To, PeerRequest Request)> Asked { get; } = [];

        public ValueTask<PeerReply> Ask(Member to, PeerRequest request, CancellationToken cancellationToken)
        {
            Asked.Add((to, request));
            return ValueTask.FromResult(Answers.TryDequeue(out var answer) ? answer : Otherwise ?? throw new InvalidOperationException("asked too often"));
        }
    }
}
