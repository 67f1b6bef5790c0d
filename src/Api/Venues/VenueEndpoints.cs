using System.Buffers.Binary;
using System.Security.Cryptography;
using MarketManager.Actors.Access;
using MarketManager.Actors.Text;
using MarketManager.Actors.Venues;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;
using MarketManager.Api.Problems;
using MarketManager.Api.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MarketManager.Api.Venues;

/// <summary>Lists and reads venues. They are about a hundred and in memory, so the list is made here.</summary>
internal sealed class VenueEndpoints(IVenueCatalog catalog, TimeProvider time) : IEndpoints
{
    private static readonly string[] OrderFields = ["id", "name", "rate_limit"];

    // How long a request waits for the first worker to tell what venues there are.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/api/venues/", Role.Viewer, "List the venues that exchanges can be created on", List)
        {
            Query = ListQuery.Parameters(
                OrderFields,
                new("name", "string", "Only the one of exactly this name."),
                new("has", "string", "Only those that can do this, such as fetchTickers, natively or emulated.")),
            Answers = [new(200, "Venue", "A page of venues, by id.") { List = true }],
        },
        new("GET", "/api/venues/{id}/", Role.Viewer, "Read a venue", Get)
        {
            Headers = ["If-None-Match"],
            Answers = [new(200, "Venue", "The venue."), new(304, null, "It is as the caller has it.")],
            Errors = [404],
        },
    ];

    private async Task List(HttpContext http)
    {
        var query = new QueryReader(http);
        var list = ListQuery.Read(query, OrderFields);
        if ((query.Errors.Problem ?? await NotYet(http)) is { } problem)
        {
            await problem.Write(http);
            return;
        }

        var (name, capability) = (query.Text("name"), query.Text("has"));
        var venues = catalog.All.Values.Where(venue =>
            (name is null || venue.Name == name)
            && (capability is null || venue.Has.GetValueOrDefault(capability) != VenueCapability.No));
        var budgets = await catalog.Budgets(http.RequestAborted);
        var matching = MemoryList.Order(venues, list.Ordering, Field)
            .Select(venue => new VenueView(venue, budgets.GetValueOrDefault(venue.Id))).ToList();
        await ListReply.Send(http, list, VenueJson.Rows, matching);
    }

    private async Task Get(HttpContext http)
    {
        if (await NotYet(http) is { } problem)
        {
            await problem.Write(http);
            return;
        }

        var id = (string)http.GetRouteValue("id")!;
        if (!catalog.All.TryGetValue(id, out var venue))
        {
            await Problem.NotFound($"there is no venue '{id}'" + Nearest.Hint(id, catalog.All.Keys)).Write(http);
            return;
        }

        var budgets = await catalog.Budgets(http.RequestAborted);
        using var buffer = ReplyBuffer.Rent();
        VenueJson.Write(buffer.Json, new VenueView(venue, budgets.GetValueOrDefault(id)));
        buffer.Json.Flush();

        // Nobody counts the changes of a venue, so its revision is made from what is shown.
        var tag = EntityTag.Of(1, BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(buffer.Bytes.WrittenSpan)));
        await (EntityTag.AlreadyHas(http, tag) ? EntityTag.NotModified(http, tag) : EntityTag.Send(http, tag, buffer));
    }

    private async ValueTask<Problem?> NotYet(HttpContext http)
    {
        try
        {
            await catalog.Ready.WaitAsync(Patience, time, http.RequestAborted);
            return null;
        }
        catch (TimeoutException)
        {
            return new Problem(ProblemKind.Unavailable, "no worker has told yet which venues there are");
        }
    }

    private static IComparable Field(VenueInfo venue, string field) => field switch
    {
        "id" => venue.Id,
        "name" => venue.Name,
        "rate_limit" => venue.RateLimit,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "a field that venues are not ordered by"),
    };
}
