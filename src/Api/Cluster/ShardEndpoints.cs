using System.Globalization;
using System.Text.Json;
using MarketManager.Actors.Access;
using MarketManager.Api.Access;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;
using MarketManager.Api.Problems;
using MarketManager.Api.Requests;
using MarketManager.Cluster.Inspection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MarketManager.Api.Cluster;

/// <summary>Shows who owns which shards, and moves them.</summary>
internal sealed partial class ShardEndpoints(ILogger<ShardEndpoints> log, IClusterInspector? cluster = null) : IEndpoints
{
    private static readonly string[] OrderFields = ["role", "shard", "owner", "epoch", "wanted", "actors", "state"];

    private static readonly IReadOnlyList<BodyField> Fields = [new("to", FieldOwner.Client, "a text: the name of a node")];

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/api/cluster/shards/", Role.Admin, "List the shards and who owns them", List)
        {
            Query = ListQuery.Parameters(
                OrderFields,
                new("owner", "string", "Only those of the node of this name."),
                new("role", "string", "Only those of this role."),
                new("state", "string", "Only those that stand so.") { Values = Names<ShardState>.All }),
            Answers = [new(200, "Shard", "A page of shards, by role and number.") { List = true }],
            Errors = [404],
        },
        new("POST", "/api/cluster/shards/{role}/{shard}/move/", Role.Admin, "Hand a shard over to another node", Move)
        {
            Body = new("ShardMove"),
            Answers =
            [
                new(200, "Shard", "The shard, which is there."), new(202, "Shard", "The shard, which is still under way."),
            ],
            Errors = [404, 409, 413, 415],
            Waits = true,
        },
    ];

    private async Task List(HttpContext http)
    {
        var query = new QueryReader(http);
        var list = ListQuery.Read(query, OrderFields);
        var (owner, role, state) = (query.Text("owner"), query.Text("role"), query.OneOf<ShardState>("state"));
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

        var shards = (await cluster.Shards(http.RequestAborted)).Where(shard =>
            (owner is null || shard.Owner == owner)
            && (role is null || shard.Role == role)
            && (state is null || ClusterJson.StateOf(shard) == state));
        await ListReply.Send(http, list, ClusterJson.Shards, MemoryList.Order(shards, list.Ordering, Field));
    }

    private async Task Move(HttpContext http)
    {
        var (body, refused) = await RequestBody.Read(http);
        if (body is null)
        {
            await refused!.Write(http);
            return;
        }

        if (cluster is null)
        {
            await ClusterProblems.OnItsOwn.Write(http);
            return;
        }

        var (to, invalid) = Read(body.Root);
        var role = (string)http.GetRouteValue("role")!;
        var text = (string)http.GetRouteValue("shard")!;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var shard))
        {
            invalid = Problem.NotFound($"there is no shard '{text}'; shards are numbers");
        }

        if (invalid is not null)
        {
            await invalid.Write(http);
            return;
        }

        var answer = await cluster.Move(role, shard, to, http.RequestAborted);
        if (answer.Why is { } why)
        {
            await ClusterProblems.Of(why).Write(http);
            return;
        }

        var caller = Caller.Of(http).Id;
        Moved(log, shard, role, to, caller);
        var moved = answer.Value!;
        using var buffer = ReplyBuffer.Rent();
        ClusterJson.Write(buffer.Json, moved);
        await Reply.Send(http, moved.Owner == to ? StatusCodes.Status200OK : StatusCodes.Status202Accepted, buffer);
    }

    private static (string To, Problem? Invalid) Read(JsonElement body)
    {
        var reader = new BodyReader(body, Fields, change: false);
        reader.Require("to");
        var to = reader.Text("to").Value;
        return (to ?? string.Empty, reader.Errors.Problem);
    }

    private static IComparable? Field(ShardStatus shard, string field) => field switch
    {
        "role" => shard.Role,
        "shard" => shard.Number,
        "owner" => shard.Owner,
        "epoch" => shard.Epoch,
        "wanted" => shard.Wanted,
        "actors" => shard.Actors,
        "state" => Names<ShardState>.Of(ClusterJson.StateOf(shard)),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "a field that shards are not ordered by"),
    };

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Shard {Shard} of {Role} moves to {Node}, as {Caller} asked")]
    private static partial void Moved(ILogger log, int shard, string role, string node, string caller);
}
