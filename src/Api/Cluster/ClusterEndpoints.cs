using MarketManager.Actors.Access;
using MarketManager.Api.Access;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;
using MarketManager.Api.Requests;
using MarketManager.Cluster.Inspection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MarketManager.Api.Cluster;

/// <summary>Shows the cluster and its nodes, and drains nodes. On a node that is on its own there is nothing here.</summary>
internal sealed partial class ClusterEndpoints(ILogger<ClusterEndpoints> log, IClusterInspector? cluster = null) : IEndpoints
{
    private static readonly string[] OrderFields =
        ["name", "id", "address", "state", "since", "shards", "actors", "lease_seconds"];

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/api/cluster/", Role.Admin, "Read how the cluster stands", GetStatus)
        {
            Answers = [new(200, "Cluster", "The cluster, as this node sees it.")],
            Errors = [404],
        },
        new("GET", "/api/cluster/nodes/", Role.Admin, "List the nodes that live", List)
        {
            Query = ListQuery.Parameters(
                OrderFields,
                new("name", "string", "Only the one of exactly this name."),
                new("role", "string", "Only those that do this, such as gather."),
                new("state", "string", "Only those that stand so.") { Values = Names<MemberState>.All }),
            Answers = [new(200, "Node", "A page of nodes, by name.") { List = true }],
            Errors = [404],
        },
        new("POST", "/api/cluster/nodes/{name}/drain/", Role.Admin, "Let a node hand over all it has; it stays, without any", Drain)
        {
            Answers = [new(202, "Node", "The node, which has begun.")],
            Errors = [404, 409, 413, 415],
        },
        new("POST", "/api/cluster/nodes/{name}/resume/", Role.Admin, "Let a drained node take its share again", Resume)
        {
            Answers = [new(202, "Node", "The node, which has begun.")],
            Errors = [404, 409, 413, 415],
        },
    ];

    private async Task GetStatus(HttpContext http)
    {
        if (cluster is null)
        {
            await ClusterProblems.OnItsOwn.Write(http);
            return;
        }

        using var buffer = ReplyBuffer.Rent();
        ClusterJson.Write(buffer.Json, await cluster.Status(http.RequestAborted));
        await Reply.Send(http, StatusCodes.Status200OK, buffer);
    }

    private async Task List(HttpContext http)
    {
        var query = new QueryReader(http);
        var list = ListQuery.Read(query, OrderFields);
        var (name, role, state) = (query.Text("name"), query.Text("role"), query.OneOf<MemberState>("state"));
        if (query.Errors.Problem is { } invalid)
        {
            await invalid.Write(http);
            return;
        }

        if (cluster is null)
        {
            await ClusterProblems.OnItsOwn.Write(http);
            return;
        }

        var nodes = (await cluster.Nodes(http.RequestAborted)).Where(node =>
            (name is null || node.Name == name)
            && (role is null || node.Roles.Contains(role))
            && (state is null || node.State == state));
        await ListReply.Send(http, list, ClusterJson.Nodes, MemoryList.Order(nodes, list.Ordering, Field));
    }

    private Task Drain(HttpContext http) => Change(http, drain: true);

    private Task Resume(HttpContext http) => Change(http, drain: false);

    private async Task Change(HttpContext http, bool drain)
    {
        var (body, refused) = await RequestBody.ReadOptional(http);
        refused ??= new BodyReader(body!.Root, [], change: false).Errors.Problem ?? (cluster is null ? ClusterProblems.OnItsOwn : null);
        if (refused is not null)
        {
            await refused.Write(http);
            return;
        }

        var name = (string)http.GetRouteValue("name")!;
        var answer = drain ? await cluster!.Drain(name, http.RequestAborted) : await cluster!.Resume(name, http.RequestAborted);
        if (answer.Why is { } why)
        {
            await ClusterProblems.Of(why).Write(http);
            return;
        }

        var (what, caller) = (drain ? "drained" : "resumed", Caller.Of(http).Id);
        Changed(log, name, what, caller);
        using var buffer = ReplyBuffer.Rent();
        ClusterJson.Write(buffer.Json, answer.Value!);
        await Reply.Send(http, StatusCodes.Status202Accepted, buffer);
    }

    private static IComparable? Field(NodeStatus node, string field) => field switch
    {
        "name" => node.Name,
        "id" => node.Id,
        "address" => node.Address.ToString(),
        "state" => Names<MemberState>.Of(node.State),
        "since" => node.Since,
        "shards" => node.Shards,
        "actors" => node.Actors,
        "lease_seconds" => node.Lease,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "a field that nodes are not ordered by"),
    };

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Node {Name} is being {What}, as {Caller} asked")]
    private static partial void Changed(ILogger log, string name, string what, string caller);
}
