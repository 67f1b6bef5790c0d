using MarketManager.Actors;
using MarketManager.Cluster.Inspection;
using MarketManager.Kernel;

namespace MarketManager.Api.Tests.Fakes;

/// <summary>A cluster of three nodes that does what it is told, and remembers it.</summary>
internal sealed class FakeCluster : IClusterInspector
{
    public List<NodeStatus> AllNodes { get; } =
    [
        Node("n1", 1, MemberState.Up, shards: 2, actors: 5, lease: 1.5),
        Node("n2", 2, MemberState.Drained, shards: 0, actors: 2, lease: 0.25),
        Node("n3", 3, MemberState.Unreachable, shards: 1, actors: null, lease: null) with { Roles = ["gather"] },
    ];

    public List<ShardStatus> AllShards { get; } =
    [
        new("gather", 0, "n1", 3, null, 7),
        new("gather", 1, null, 4, "n3", null),
        new("gather", 2, null, 6, null, null),
        new("gather", 3, "n3", 1, null, null),
    ];

    public ActorStatus? NextActor { get; set; }

    public Rejection? NextRejection { get; set; }

    public List<string> Asked { get; } = [];

    public ValueTask<ClusterStatus> Status(CancellationToken cancellationToken) => new(
        new ClusterStatus(Id(9), 1, "n1", MemberState.Up, "postgresql 15.6", 3, 2, 2, 1));

    public ValueTask<IReadOnlyList<NodeStatus>> Nodes(CancellationToken cancellationToken) => new([.. AllNodes]);

    public ValueTask<IReadOnlyList<ShardStatus>> Shards(CancellationToken cancellationToken) => new([.. AllShards]);

    public ValueTask<Answer<ActorStatus>> Actor(long exchange, CancellationToken cancellationToken)
    {
        Asked.Add($"actor {exchange}");
        return new(NextRejection ?? (Answer<ActorStatus>)(NextActor ?? new ActorStatus(
            exchange, "gather", 0, 3, "n1", new Uri("http://127.0.0.1:1"), null, null, FakeExchanges.Created)));
    }

    public ValueTask<Answer<ShardStatus>> Move(string role, int shard, string node, CancellationToken cancellationToken)
    {
        Asked.Add($"move {role}/{shard} {node}");
        return new(NextRejection ?? (Answer<ShardStatus>)AllShards[shard]);
    }

    public ValueTask<Answer<NodeStatus>> Drain(string node, CancellationToken cancellationToken) => Change("drain", node);

    public ValueTask<Answer<NodeStatus>> Resume(string node, CancellationToken cancellationToken) => Change("resume", node);

    public static ActorInspection Inspection(string path = "/exchanges/exchange-1", params ActorInspection[] children) => new(
        path, ActorState.Handling, 3, 1, 41, new ActorFailure("FormatException", "not a number", FakeExchanges.Created.AddSeconds(-60)),
        [new HandledMessage("RunMessage.RunNow", FakeExchanges.Created.AddSeconds(-2.5))], children);

    private ValueTask<Answer<NodeStatus>> Change(string verb, string node)
    {
        Asked.Add($"{verb} {node}");
        return new(NextRejection ?? (Answer<NodeStatus>)AllNodes[0]);
    }

    private static NodeStatus Node(string name, int number, MemberState state, int shards, long? actors, double? lease) => new(
        name, Id(number), new Uri($"http://127.0.0.1:{number}"), ["api", "gather"], state, FakeExchanges.Created, shards, actors,
        lease is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

    private static Guid Id(int number) => new($"0199a000-0000-7000-8000-{number:d12}");
}
