using System.Text.Json;
using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Settings;
using MarketManager.Actors.Text;
using MarketManager.Cluster.Exchanges;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Inspection;

/// <summary>Looks into the cluster from one of its nodes: what the views do not show, it asks the others.</summary>
public sealed class ClusterInspector : IClusterInspector
{
    /// <summary>The number of requests that nodes make about themselves.</summary>
    public const ushort Operation = 2;

    // A node that lives answers in a millisecond; one that does not must not hold up the view of all others.
    private static readonly TimeSpan LookPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ChangePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MovePatience = TimeSpan.FromSeconds(12);

    // The roles whose shards this program gives to nodes; the store has rows for more.
    private static readonly IReadOnlyList<string> Roles = [ExchangeShards.Role];

    private readonly string _name;
    private readonly ClusterNode _node;
    private readonly IPeers _peers;
    private readonly IStoreHealth _store;
    private readonly World _world;
    private readonly LocalInspection _here;

    /// <summary>Prepares to look.</summary>
    /// <param name="name">The name of this node.</param>
    /// <param name="node">Its membership.</param>
    /// <param name="peers">The way to the others.</param>
    /// <param name="system">The actors of this node.</param>
    /// <param name="exchanges">Which of them are exchanges.</param>
    /// <param name="store">The store that decides.</param>
    public ClusterInspector(
        string name, ClusterNode node, IPeers peers, ActorSystem system, ExchangeDirectory exchanges, IStoreHealth store)
    {
        (_name, _node, _peers, _store, _world) = (name, node, peers, store, system.World);
        _here = new LocalInspection(system, exchanges, node, Roles);
    }

    /// <summary>Answers the other nodes.</summary>
    public IPeerHandler Handler => _here;

    private ClusterView View => _node.Views.Current;

    /// <inheritdoc/>
    public async ValueTask<ClusterStatus> Status(CancellationToken cancellationToken)
    {
        var view = View;
        var health = await _store.Check(cancellationToken);
        List<ShardOwner> shards = [.. Roles.Where(view.Shards.ContainsKey).SelectMany(role => view.Shards[role])];
        return new ClusterStatus(
            view.Cluster,
            view.Level,
            _name,
            StateOf(view.Find(view.Me), _here.Look(), shards.Count(shard => shard.Owner == view.Me)),
            $"{health.Engine} {health.Version}",
            view.Members.Count,
            shards.Count(shard => shard.Owner is not null),
            shards.Count(shard => shard.Owner is null),
            shards.Count(shard => shard is { Owner: null, Wanted: not null }));
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<NodeStatus>> Nodes(CancellationToken cancellationToken)
    {
        var view = View;
        var looks = await Looks(view, cancellationToken);
        return [.. view.Members.Select(member => StatusOf(view, member, looks[member.Incarnation]))];
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ShardStatus>> Shards(CancellationToken cancellationToken)
    {
        var view = View;
        var looks = await Looks(view, cancellationToken);
        return
        [
            .. from role in Roles
               where view.Shards.ContainsKey(role)
               from no in Enumerable.Range(0, view.Shards[role].Count)
               select StatusOf(view, role, no, looks),
        ];
    }

    /// <inheritdoc/>
    public async ValueTask<Answer<ActorStatus>> Actor(long exchange, CancellationToken cancellationToken)
    {
        var view = View;
        var shard = Shard.Of(exchange);
        var epoch = view.Shards.TryGetValue(ExchangeShards.Role, out var owners) ? owners[shard].Epoch : 0;
        var owner = view.OwnerOf(ExchangeShards.Role, shard);
        var moving = new ActorStatus(exchange, ExchangeShards.Role, shard, epoch, null, null, null, null, _world.Now);
        if (owner is null)
        {
            return moving;
        }

        var reply = await Ask(view, owner, new InspectionRequest.Actor(exchange), ChangePatience, cancellationToken);
        return reply.Actor switch
        {
            null => reply.Why!,
            { Seen: null, Broken: null, IsLacking: false } => moving, // not recovered yet
            var look => moving with { Node = owner.Name, Address = owner.Address, Seen = look.Seen, Broken = look.Broken, At = look.At },
        };
    }

    /// <inheritdoc/>
    public async ValueTask<Answer<ShardStatus>> Move(string role, int shard, string node, CancellationToken cancellationToken)
    {
        var view = View;
        if (NoShard(view, role, shard) is { } noShard)
        {
            return noShard;
        }

        if (view.Members.FirstOrDefault(member => member.Name == node) is not { } to)
        {
            return Rejection.Invalid("to", NoNode(view, node).Detail);
        }

        if (!to.Has(role) || to.IsLeaving)
        {
            return Conflict(to.Has(role)
                ? $"{node} hands over what it has and takes nothing; 'resume' ends that"
                : $"{node} does not have the role {role}, only {string.Join(", ", to.Roles)}");
        }

        if (view.OwnerOf(role, shard) is not { } owner)
        {
            return new Rejection(RejectionKind.Unavailable, $"nobody owns shard {shard} of {role} now: it is changing hands; try again");
        }

        if (owner != to)
        {
            var reply = await Ask(view, owner, new InspectionRequest.Move(role, shard, to.Incarnation), MovePatience, cancellationToken);
            if (reply.Why is { } why)
            {
                return why;
            }

            await _node.Views.Until(
                seen => seen.OwnerOf(role, shard)?.Incarnation == to.Incarnation, ChangePatience, _world.Time, cancellationToken);
        }

        view = View;
        return StatusOf(view, role, shard, await Looks(view, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<Answer<NodeStatus>> Drain(string node, CancellationToken cancellationToken) =>
        Change(node, new InspectionRequest.Drain(), isLeaving: true, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Answer<NodeStatus>> Resume(string node, CancellationToken cancellationToken) =>
        Change(node, new InspectionRequest.Resume(), isLeaving: false, cancellationToken);

    private async ValueTask<Answer<NodeStatus>> Change(
        string node, InspectionRequest request, bool isLeaving, CancellationToken cancellationToken)
    {
        var view = View;
        if (view.Members.FirstOrDefault(member => member.Name == node) is not { } member)
        {
            return NoNode(view, node);
        }

        if ((await Ask(view, member, request, ChangePatience, cancellationToken)).Why is { } why)
        {
            return why;
        }

        // What that node has told the store, this one sees a moment later.
        await _node.Views.Until(
            seen => seen.Find(member.Incarnation)?.IsLeaving != !isLeaving, ChangePatience, _world.Time, cancellationToken);
        view = View;
        return view.Find(member.Incarnation) is { } changed
            ? StatusOf(view, changed, await LookAt(view, changed, cancellationToken))
            : new Rejection(RejectionKind.Unavailable, $"{node} is no member any more");
    }

    private async ValueTask<IReadOnlyDictionary<Guid, NodeLook?>> Looks(ClusterView view, CancellationToken cancellationToken)
    {
        var looks = await Task.WhenAll(view.Members.Select(member => LookAt(view, member, cancellationToken)));
        return view.Members.Zip(looks).ToDictionary(pair => pair.First.Incarnation, pair => pair.Second);
    }

    private async Task<NodeLook?> LookAt(ClusterView view, Member member, CancellationToken cancellationToken) =>
        (await Ask(view, member, new InspectionRequest.Look(), LookPatience, cancellationToken)).Look;

    private async ValueTask<InspectionReply> Ask(
        ClusterView view, Member member, InspectionRequest request, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (member.Incarnation == view.Me)
        {
            try
            {
                return await _here.Answer(request, cancellationToken).AsTask().WaitAsync(patience, _world.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return Refused(RejectionKind.OutcomeUnknown, $"{member.Name} has not done it within {patience.TotalSeconds:0} s, and may yet");
            }
        }

        var asked = new PeerRequest(_world.NewId(_world.Now), Operation, request.ToJson(), patience) { IsSafe = request.IsSafe };
        var reply = await _peers.Ask(member, asked, cancellationToken);
        return reply switch
        {
            { IsReplied: true } => JsonSerializer.Deserialize(reply.Payload.Span, InspectionJson.Default.InspectionReply)!,
            { IsNotExecuted: true } => Refused(RejectionKind.Unavailable, $"{member.Name} could not be asked: {reply.Why}"),
            _ => Refused(
                request.IsSafe ? RejectionKind.Unavailable : RejectionKind.OutcomeUnknown, $"{member.Name} did not answer: {reply.Why}"),
        };

        static InspectionReply Refused(RejectionKind kind, string why) => new() { Why = new Rejection(kind, why) };
    }

    private static NodeStatus StatusOf(ClusterView view, Member member, NodeLook? look)
    {
        var shards = Roles.Where(view.Shards.ContainsKey).Sum(role => view.Shards[role].Count(shard => shard.Owner == member.Incarnation));
        return new NodeStatus(
            member.Name,
            member.Incarnation,
            member.Address,
            member.Roles,
            StateOf(member, look, shards),
            member.Joined,
            shards,
            look?.Actors,
            look?.Lease);
    }

    private static MemberState StateOf(Member? member, NodeLook? look, int shards) => (member, look) switch
    {
        (_, null) => MemberState.Unreachable,
        (null, _) => MemberState.Suspended,
        (_, { Lease.Ticks: <= 0 }) => MemberState.Suspended,
        ({ IsLeaving: true }, _) => shards == 0 ? MemberState.Drained : MemberState.Leaving,
        _ => MemberState.Up,
    };

    private static ShardStatus StatusOf(ClusterView view, string role, int no, IReadOnlyDictionary<Guid, NodeLook?> looks)
    {
        var shard = view.Shards[role][no];
        var look = shard.Owner is { } owner ? looks.GetValueOrDefault(owner) : null;
        return new ShardStatus(
            role,
            no,
            NameOf(view, shard.Owner),
            shard.Epoch,
            NameOf(view, shard.Wanted),
            look is null ? null : look.Entities.GetValueOrDefault(role)?.GetValueOrDefault(no) ?? 0);
    }

    private static string? NameOf(ClusterView view, Guid? incarnation) =>
        incarnation is { } id ? view.Find(id)?.Name ?? id.ToString() : null;

    private static Rejection? NoShard(ClusterView view, string role, int shard) =>
        !Roles.Contains(role) ? NotFound($"there are no shards of '{role}', only of {string.Join(", ", Roles)}")
        : !view.Shards.TryGetValue(role, out var owners) || shard < 0 || shard >= owners.Count
            ? NotFound($"there is no shard {shard} of {role}; they are 0 to {Shard.Count - 1}")
        : null;

    private static Rejection NoNode(ClusterView view, string node) =>
        NotFound($"there is no node '{node}'" + Nearest.HintOrAll(node, [.. view.Members.Select(member => member.Name)], string.Empty));

    private static Rejection NotFound(string detail) => new(RejectionKind.NotFound, detail);

    private static Rejection Conflict(string detail) => new(RejectionKind.Conflict, detail);
}
