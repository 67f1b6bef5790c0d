using MarketManager.Actors;
using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;
using MarketManager.Api.Problems;
using MarketManager.Api.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace MarketManager.Api.Runs;

/// <summary>Run an exchange now; list and read its runs; wait for one to end.</summary>
internal sealed class RunEndpoints(IExchangeGateway gateway, IRunReader reader, IHostApplicationLifetime lifetime) : IEndpoints
{
    private const int MaxWaitSeconds = 300;

    private static readonly QueryParameter Wait =
        new("wait", "integer", "Answer when the run has ended, or after that many seconds with the run so far.")
        {
            Minimum = 1,
            Maximum = MaxWaitSeconds,
        };

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("POST", "/api/exchanges/{id}/run/", Role.Operator, "Run an exchange now", Start)
        {
            Query = [Wait],
            Waits = true,
            Body = new("Nothing", Required: false),
            Headers = [IdempotencyHeader.Name],
            Answers =
            [
                new(200, "Run", "With wait: the run has ended, whatever its outcome."),
                new(202, "RunStart", "The run is going; with wait: the whole run so far."),
            ],
            Errors = [404, 409, 413, 415, 507],
        },
        new("GET", "/api/exchanges/{id}/runs/", Role.Viewer, "List the runs of an exchange, also of a deleted one", List)
        {
            Query = ListQuery.Parameters(
                IRunReader.OrderFields,
                new("state", "string", "Only those in this state.") { Values = Names<RunState>.All },
                new("trigger", "string", "Only those started by this.") { Values = Names<RunTrigger>.All },
                new("from", "string", "Only those started then or later.") { Format = "date-time" },
                new("to", "string", "Only those started before.") { Format = "date-time" }),
            Answers = [new(200, "Run", "A page of runs, newest first.") { List = true }],
            Errors = [404],
        },
        new("GET", "/api/exchanges/{id}/runs/{run_id}/", Role.Viewer, "Read a run", Get)
        {
            Query = [Wait],
            Waits = true,
            Headers = ["If-None-Match"],
            Answers =
            [
                new(200, "Run", "The run."),
                new(202, "Run", "With wait: the run still goes on."),
                new(304, null, "It is as the caller has it."),
            ],
            Errors = [404],
        },
    ];

    private async Task Start(HttpContext http)
    {
        if (Ids.Exchange(http) is not { } id)
        {
            await Ids.NoExchange(http).Write(http);
            return;
        }

        var query = new QueryReader(http);
        var wait = query.Whole("wait", 1, MaxWaitSeconds);
        var (body, refused) = await RequestBody.ReadOptional(http);
        refused ??= new BodyReader(body!.Root, [], change: false).Errors.Problem ?? query.Errors.Problem;
        if (refused is not null)
        {
            await refused.Write(http);
            return;
        }

        var (key, badKey) = IdempotencyHeader.Read(http, body!);
        if (badKey is not null)
        {
            await badKey.Write(http);
            return;
        }

        var answer = await gateway.Run(id, key, http.RequestAborted);
        if (answer.Value is not { } run)
        {
            await Problem.From(answer.Why!).Write(http);
            return;
        }

        http.Response.Headers.Location = $"/api/exchanges/{id}/runs/{run.RunId}/";
        if (wait is { } seconds)
        {
            await SendAwaited(http, await WaitFor(run, seconds, http.RequestAborted));
            return;
        }

        using var buffer = ReplyBuffer.Rent();
        RunJson.WriteStart(buffer.Json, run);
        await Reply.Send(http, StatusCodes.Status202Accepted, buffer);
    }

    private async Task List(HttpContext http)
    {
        if (Ids.Exchange(http) is not { } id)
        {
            await Ids.NoExchange(http).Write(http);
            return;
        }

        var query = new QueryReader(http);
        var filter = new RunFilter(
            id, query.OneOf<RunState>("state"), query.OneOf<RunTrigger>("trigger"), query.Time("from"), query.Time("to"));
        var list = ListQuery.Read(query, IRunReader.OrderFields);
        if (query.Errors.Problem is { } invalid)
        {
            await invalid.Write(http);
            return;
        }

        // A deleted exchange is no longer there, but its history is.
        var exchange = await gateway.Get(id, http.RequestAborted);
        if (exchange.Why is { } why && (why.Kind != RejectionKind.NotFound || !await reader.Any(id, http.RequestAborted)))
        {
            await Problem.From(why).Write(http);
            return;
        }

        await ListReply.Send(
            http,
            list,
            RunJson.Rows,
            (page, stop) => reader.List(filter, page, stop),
            (page, stop) => reader.Stream(filter, page, stop));
    }

    private async Task Get(HttpContext http)
    {
        if (Ids.Exchange(http) is not { } id || Ids.Run(http) is not { } runId)
        {
            await Ids.NoRun(http).Write(http);
            return;
        }

        var query = new QueryReader(http);
        var wait = query.Whole("wait", 1, MaxWaitSeconds);
        if (query.Errors.Problem is { } invalid)
        {
            await invalid.Write(http);
            return;
        }

        if (await reader.Find(id, runId, http.RequestAborted) is not { } run)
        {
            await Ids.NoRun(http).Write(http);
            return;
        }

        if (wait is { } seconds)
        {
            await SendAwaited(http, run.State == RunState.Running ? await WaitFor(run, seconds, http.RequestAborted) : run);
            return;
        }

        await Send(http, run, StatusCodes.Status200OK);
    }

    // The run as it ended, or as it is when patience, or the node's time, is over. Nothing is cancelled by going away.
    private async Task<RunView> WaitFor(RunView run, long seconds, CancellationToken callerGone)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(callerGone, lifetime.ApplicationStopping);
        RunView? ended = null;
        try
        {
            ended = await gateway.WhenEnded(run.Exchange, run.RunId, TimeSpan.FromSeconds(seconds), stop.Token);
        }
        catch (OperationCanceledException) when (!callerGone.IsCancellationRequested)
        {
            // The node is being shut down; the caller is told how far the run is.
        }

        return ended ?? await reader.Find(run.Exchange, run.RunId, callerGone) ?? run;
    }

    private static Task SendAwaited(HttpContext http, RunView run) =>
        Send(http, run, run.State == RunState.Running ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);

    private static Task Send(HttpContext http, RunView run, int status)
    {
        // Clients cannot change a run; what it shows changes with each attempt and when it ends.
        var tag = EntityTag.Of(1, (2L * run.Attempts) + (run.State == RunState.Running ? 0 : 1));
        if (status == StatusCodes.Status200OK && !HttpMethods.IsPost(http.Request.Method) && EntityTag.AlreadyHas(http, tag))
        {
            return EntityTag.NotModified(http, tag);
        }

        using var buffer = ReplyBuffer.Rent();
        RunJson.Write(buffer.Json, run);
        return EntityTag.Send(http, tag, buffer, status);
    }
}
