using MarketManager.Actors;
using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Api.Access;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;
using MarketManager.Api.Problems;
using MarketManager.Api.Requests;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Exchanges;

/// <summary>Create, list, read, change and delete exchanges; pause and resume all of them.</summary>
internal sealed class ExchangeEndpoints(IExchangeGateway gateway, IExchangeReader reader) : IEndpoints
{
    private const string Many = "/api/exchanges/";
    private const string One = "/api/exchanges/{id}/";

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", Many, Role.Viewer, "List exchanges", List)
        {
            Query = ListQuery.Parameters(
                IExchangeReader.OrderFields,
                new("enabled", "boolean", "Only those whose timer is on, or off."),
                new("venue", "string", "Only those of this venue."),
                new("name", "string", "Only the one of exactly this name."),
                new("state", "string", "Only those in this state.") { Values = Names<ExchangeCondition>.All }),
            Answers = [new(200, "Exchange", "A page of exchanges.") { List = true }],
        },
        new("POST", Many, Role.Admin, "Create an exchange", Create)
        {
            Body = new("NewExchange"),
            Headers = [IdempotencyHeader.Name],
            Answers = [new(201, "Exchange", "The exchange; its first run starts within a second.")],
            Errors = [409, 413, 415, 507],
        },
        new("GET", One, Role.Viewer, "Read an exchange", Get)
        {
            Headers = ["If-None-Match"],
            Answers = [new(200, "Exchange", "The exchange."), new(304, null, "It is as the caller has it.")],
            Errors = [404],
        },
        new("PATCH", One, Role.Operator, "Change an exchange (merge patch); more than 'enabled' is for administrators", Change)
        {
            Body = new("ExchangeChange", MergePatch: true),
            Headers = ["If-Match"],
            Answers = [new(200, "Exchange", "The exchange as it is now.")],
            Errors = [404, 409, 412, 413, 415, 507],
        },
        new("DELETE", One, Role.Admin, "Delete an exchange; its run history stays", Delete)
        {
            Headers = ["If-Match"],
            Answers = [new(204, null, "It is gone.")],
            Errors = [404, 412, 507],
        },
        new("POST", "/api/pause/", Role.Operator, "Pause all schedules; survives restarts", http => SetPaused(http, true))
        {
            Answers = [new(200, "Paused", "They are paused.")],
            Errors = [507],
        },
        new("POST", "/api/resume/", Role.Operator, "Resume all schedules", http => SetPaused(http, false))
        {
            Answers = [new(200, "Paused", "They go on.")],
            Errors = [507],
        },
    ];

    private async Task List(HttpContext http)
    {
        var query = new QueryReader(http);
        var filter = new ExchangeFilter(
            Tenant.Default,
            query.Flag("enabled"),
            query.Text("venue"),
            query.Text("name"),
            query.OneOf<ExchangeCondition>("state"));
        var list = ListQuery.Read(query, IExchangeReader.OrderFields);
        await (query.Errors.Problem?.Write(http) ?? ListReply.Send(
            http,
            list,
            ExchangeJson.Rows,
            (page, stop) => reader.List(filter, page, stop),
            (page, stop) => reader.Stream(filter, page, stop)));
    }

    private async Task Create(HttpContext http)
    {
        var (body, refused) = await RequestBody.Read(http);
        if (body is null)
        {
            await refused!.Write(http);
            return;
        }

        var (draft, invalid) = ExchangeBody.ReadNew(body.Root, Tenant.Default);
        var (key, badKey) = IdempotencyHeader.Read(http, body);
        if (draft is null || badKey is not null)
        {
            await (invalid ?? badKey)!.Write(http);
            return;
        }

        var answer = await gateway.Create(draft, key, http.RequestAborted);
        if (answer.Value is { } created)
        {
            http.Response.Headers.Location = $"{Many}{created.Id}/";
        }

        await Send(http, answer, StatusCodes.Status201Created);
    }

    private async Task Get(HttpContext http)
    {
        if (Ids.Exchange(http) is not { } id)
        {
            await Ids.NoExchange(http).Write(http);
            return;
        }

        var answer = await gateway.Get(id, http.RequestAborted);
        if (answer.Value is { } exchange && TagOf(exchange) is var tag && EntityTag.AlreadyHas(http, tag))
        {
            await EntityTag.NotModified(http, tag);
            return;
        }

        await Send(http, answer);
    }

    private async Task Change(HttpContext http)
    {
        if (Ids.Exchange(http) is not { } id)
        {
            await Ids.NoExchange(http).Write(http);
            return;
        }

        var (body, refused) = await RequestBody.Read(http, mergePatch: true);
        if (body is null)
        {
            await refused!.Write(http);
            return;
        }

        var (change, invalid) = ExchangeBody.ReadChange(body.Root);
        if (change is null)
        {
            await invalid!.Write(http);
            return;
        }

        if (!ExchangeBody.OnlySwitches(change) && Caller.Of(http).Lacks(Role.Admin) is { } forbidden)
        {
            await forbidden.Write(http);
            return;
        }

        await Send(http, await Guarded(http, id, version => gateway.Change(id, change, version, http.RequestAborted)));
    }

    private async Task Delete(HttpContext http)
    {
        if (Ids.Exchange(http) is not { } id)
        {
            await Ids.NoExchange(http).Write(http);
            return;
        }

        var answer = await Guarded(http, id, version => gateway.Delete(id, version, http.RequestAborted));
        await (answer.Why is { } why ? Problem.From(why).Write(http) : Reply.Empty(http, StatusCodes.Status204NoContent));
    }

    // If-Match may name several tags, the actor compares one version: which of them it can be is seen first.
    private async ValueTask<Answer<ExchangeView>> Guarded(
        HttpContext http, long id, Func<long?, ValueTask<Answer<ExchangeView>>> send)
    {
        var expected = EntityTag.ExpectedVersions(http);
        if (expected is null or [_])
        {
            return await send(expected?[0]);
        }

        var current = await gateway.Get(id, http.RequestAborted);
        if (current.Value is not { } exchange)
        {
            return current;
        }

        return expected.Contains(exchange.Version)
            ? await send(exchange.Version)
            : new Rejection(
                RejectionKind.Stale, $"If-Match does not name the current tag {TagOf(exchange)}; read it again and decide anew");
    }

    private async Task SetPaused(HttpContext http, bool paused)
    {
        var (body, refused) = await RequestBody.ReadOptional(http);
        refused ??= new BodyReader(body!.Root, [], change: false).Errors.Problem;
        if (refused is null && await gateway.SetPaused(paused, http.RequestAborted) is { } why)
        {
            refused = Problem.From(why);
        }

        if (refused is not null)
        {
            await refused.Write(http);
            return;
        }

        using var buffer = ReplyBuffer.Rent();
        buffer.Json.WriteStartObject();
        buffer.Json.WriteBoolean("paused"u8, paused);
        buffer.Json.WriteEndObject();
        await Reply.Send(http, StatusCodes.Status200OK, buffer);
    }

    private static string TagOf(ExchangeView exchange) => EntityTag.Of(exchange.Version, exchange.Revision);

    private static Task Send(HttpContext http, Answer<ExchangeView> answer, int status = StatusCodes.Status200OK)
    {
        if (answer.Value is not { } exchange)
        {
            return Problem.From(answer.Why!).Write(http);
        }

        using var buffer = ReplyBuffer.Rent();
        ExchangeJson.Write(buffer.Json, exchange);
        return EntityTag.Send(http, TagOf(exchange), buffer, status);
    }
}
