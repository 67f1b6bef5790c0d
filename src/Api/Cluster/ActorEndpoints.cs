using System.Globalization;
using MarketManager.Actors;
using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Lists;
using MarketManager.Actors.Text;
using MarketManager.Api.Http;
using MarketManager.Api.Problems;
using MarketManager.Cluster.Inspection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MarketManager.Api.Cluster;

/// <summary>Shows the actor of an exchange, on whichever node it is.</summary>
internal sealed class ActorEndpoints(IExchangeReader exchanges, IClusterInspector? cluster = null) : IEndpoints
{
    // Enough to find what was probably meant.
    private static readonly Paging Candidates = new(1000, 0, []);

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/api/cluster/actors/{name}/", Role.Admin, "Look at the actor of an exchange, by the exchange's name or id", Get)
        {
            Answers = [new(200, "Actor", "The actor, as it is at this moment.")],
            Errors = [404],
        },
    ];

    private async Task Get(HttpContext http)
    {
        if (cluster is null)
        {
            await ClusterProblems.OnItsOwn.Write(http);
            return;
        }

        // A name has at least one letter, so digits alone are an id.
        var word = (string)http.GetRouteValue("name")!;
        var id = word.All(char.IsAsciiDigit) ? IdOf(word) : await Named(word, http.RequestAborted);
        var answer = id is { } known ? await cluster.Actor(known, http.RequestAborted) : default;
        if (answer.Why is { } why)
        {
            await ClusterProblems.Of(why).Write(http);
        }
        else if (answer.Value is { } actor && !IsNothing(actor))
        {
            using var buffer = ReplyBuffer.Rent();
            ActorJson.Write(buffer.Json, actor);
            await Reply.Send(http, StatusCodes.Status200OK, buffer);
        }
        else
        {
            await (await NotFound(word, http.RequestAborted)).Write(http);
        }
    }

    // Its owner would know it if it existed.
    private static bool IsNothing(ActorStatus actor) => actor is { Node: not null, Seen: null, Broken: null };

    private static long? IdOf(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private async ValueTask<long?> Named(string name, CancellationToken cancellationToken) =>
        (await List(name, new Paging(1, 0, []), cancellationToken)).Items is [var exchange, ..] ? exchange.Id : null;

    private async ValueTask<Problem> NotFound(string word, CancellationToken cancellationToken)
    {
        var names = (await List(null, Candidates, cancellationToken)).Items.Select(exchange => exchange.Name);
        return Problem.NotFound($"there is no exchange '{word}'{Nearest.Hint(word, names)}");
    }

    private ValueTask<Page<ExchangeView>> List(string? name, Paging paging, CancellationToken cancellationToken) =>
        exchanges.List(new ExchangeFilter(Tenant.Default, null, null, name, null), paging, cancellationToken);
}
