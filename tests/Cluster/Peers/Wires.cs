using System.Text;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Cluster.Tests.Peers;

/// <summary>A few nodes whose wires can be cut; each answers a request of operation 1 with its name and what it was sent.</summary>
internal sealed class Wires
{
    private static readonly World Ids = World.Real();
    private readonly Dictionary<string, Node> _nodes;
    private readonly HashSet<string> _cut = [];
    private readonly HashSet<string> _losing = [];
    private readonly HashSet<string> _gone = [];

    public Wires(params string[] names)
    {
        Members = [.. names.Select((name, i) => new Member(
            Ids.NewId(DateTimeOffset.UnixEpoch), name, new Uri($"http://{name}.test:80"), ["gather"], 1, false, DateTimeOffset.UnixEpoch.AddSeconds(i)))];
        _nodes = names.ToDictionary(name => name, name => new Node(this, name));
    }

    public IReadOnlyList<Member> Members { get; private set; }

    /// <summary>Ways that were tried, such as <c>a>b</c>.</summary>
    public List<string> Tried { get; } = [];

    /// <summary>What reached a node and was carried out.</summary>
    public List<string> Handled { get; } = [];

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    public void Cut(string from, string to) => _cut.Add($"{from}>{to}");

    public void Mend(string from, string to) => _cut.Remove($"{from}>{to}");

    /// <summary>Requests get there, answers do not come back.</summary>
    public void Lose(string from, string to) => _losing.Add($"{from}>{to}");

    /// <summary>Whether a node hands over what it has.</summary>
    public void Leave(string name, bool isLeaving) =>
        Members = [.. Members.Select(member => member.Name == name ? member with { IsLeaving = isLeaving } : member)];

    public void Find(string from, string to) => _losing.Remove($"{from}>{to}");

    /// <summary>What a node does.</summary>
    public void Give(string name, params string[] roles) =>
        Members = [.. Members.Select(member => member.Name == name ? member with { Roles = roles } : member)];

    /// <summary>A node that was declared dead.</summary>
    public void Bury(string name)
    {
        _gone.Add(name);
        Members = [.. Members.Where(member => member.Name != name)];
    }

    public IPeers DirectOf(string name) => _nodes[name];

    public IClusterViews ViewsOf(string name) => _nodes[name];

    public ValueTask<PeerReply> Ask(string from, string to, string text, Guid? id = null) => new RelayedPeers(_nodes[from], _nodes[from], Ids.Time).Ask(
        Members.First(member => member.Name == to),
        new PeerRequest(id ?? Ids.NewId(DateTimeOffset.UnixEpoch), 1, Encoding.UTF8.GetBytes(text), TimeSpan.FromSeconds(30)),
        default);

    private sealed class Node : IPeers, IClusterViews, IPeerHandler
    {
        private readonly Wires _wires;
        private readonly string _name;

        public Node(Wires wires, string name)
        {
            (_wires, _name) = (wires, name);
            Ledger = new RequestLedger(this, Ids, NullLogger.Instance);
        }

        public RequestLedger Ledger { get; }

        public ClusterView Current => ClusterView.Empty with
        {
            Me = _wires.Members.First(member => member.Name == _name).Incarnation,
            Members = _wires.Members,
        };

        public ValueTask<ClusterView> After(ClusterView seen, CancellationToken cancellationToken) => throw new NotSupportedException();

        public async ValueTask<PeerReply> Ask(Member to, PeerRequest request, CancellationToken cancellationToken)
        {
            var way = $"{_name}>{to.Name}";
            _wires.Tried.Add(way);
            if (_wires._cut.Contains(way) || _wires._gone.Contains(to.Name))
            {
                return PeerReply.Without(PeerOutcome.Unreachable, "cut");
            }

            var reply = await _wires._nodes[to.Name].Ledger.Handle(request);
            return _wires._losing.Contains(way) ? PeerReply.Without(PeerOutcome.Lost, "lost") : reply;
        }

        public async ValueTask<PeerReply> Handle(PeerRequest request, CancellationToken cancellationToken)
        {
            if (request.Operation == RelayedPeers.Operation)
            {
                return await new RelayedPeers(this, this, Ids.Time).Handle(request, cancellationToken);
            }

            if (request.Operation == Isolation.Knock)
            {
                return PeerReply.Declined("nobody knows this");
            }

            _wires.Handled.Add($"{_name}: {Text(request.Payload)}");
            return PeerReply.Of(Encoding.UTF8.GetBytes($"{_name}: {Text(request.Payload)}"));
        }
    }
}
