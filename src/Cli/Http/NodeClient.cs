using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MarketManager.Kernel;

namespace MarketManager.Cli.Http;

/// <summary>Talks to one node. Every failure comes as a <see cref="CliException"/>.</summary>
internal sealed class NodeClient(NodeAddress address, CliContext context) : IDisposable
{
    // A node gives itself 30 s, and then says more than that there was no answer.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(5);
    private const int Tries = 3;

    private readonly HttpClient _http = NodeConnection.Open(address, context);

    private World World => context.World;

    public Task<NodeAnswer> Get(string path, CancellationToken cancellationToken) => Send(NodeRequest.Get(path), cancellationToken);

    /// <summary>Sends, and repeats what may be repeated: a POST carries a key by which the node knows it again.</summary>
    public async Task<NodeAnswer> Send(NodeRequest request, CancellationToken cancellationToken)
    {
        var idempotencyKey = request.Repeatable && request.Method == HttpMethod.Post ? World.NewId(World.Now).ToString() : null;
        for (var attempt = 1; ; attempt++)
        {
            using var limit = new CancellationTokenSource(TimeLimit + request.Wait, World.Time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            try
            {
                using var message = Message(request, idempotencyKey);
                using var response = await _http.SendAsync(message, both.Token);
                var body = await ReadJson(response, both.Token);
                if (response.IsSuccessStatusCode)
                {
                    return new NodeAnswer(response.StatusCode, body, response.Headers.ETag?.ToString());
                }

                if (!request.Repeatable || attempt == Tries || RetryAfter(response) is not { } pause)
                {
                    throw Problem.From(response.StatusCode, body, address);
                }

                await Task.Delay(pause, World.Time, cancellationToken);
            }
            catch (HttpRequestException failure)
            {
                throw Unreachable.Explain(address, failure);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw TimedOut();
            }
        }
    }

    /// <summary>Hands over the lines of a text answer (CSV, NDJSON) as they come.</summary>
    public async IAsyncEnumerable<string> Lines(
        string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await Start(path, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        while (await NextLine(reader, cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> Start(string path, CancellationToken cancellationToken)
    {
        using var message = Message(NodeRequest.Get(path), null);
        try
        {
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.IsSuccessStatusCode
                ? response
                : throw Problem.From(response.StatusCode, await ReadJson(response, cancellationToken), address);
        }
        catch (HttpRequestException failure)
        {
            throw Unreachable.Explain(address, failure);
        }
    }

    private async Task<string?> NextLine(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken);
        }
        catch (IOException)
        {
            throw new CliException(ExitCode.Failed, $"{address} broke off in the middle of the answer; it is not complete");
        }
    }

    private static HttpRequestMessage Message(NodeRequest request, string? idempotencyKey)
    {
        var message = new HttpRequestMessage(request.Method, request.Path);
        if (request.Body is { } body)
        {
            message.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }
        else if (request.Method != HttpMethod.Get)
        {
            // HttpClient sends a request without content again, up to three times, where the connection ends before its answer: whoever
            // deletes would hear that there is nothing, and whoever runs would run twice.
            message.Content = new ByteArrayContent([]);
        }

        if (request.IfMatch is { } version)
        {
            message.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(version));
        }

        if (idempotencyKey is not null)
        {
            message.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return message;
    }

    private async Task<JsonElement?> ReadJson(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (text.Length == 0)
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException) when (!response.IsSuccessStatusCode)
        {
            return null;
        }
        catch (JsonException)
        {
            throw new CliException(ExitCode.Failed, $"{address} did not answer in JSON; is it a MarketManager node?");
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests
        && response.Headers.RetryAfter?.Delta is { } pause && pause <= LongestRetryAfter
            ? pause
            : null;

    private CliException TimedOut() =>
        new(ExitCode.Unreachable, $"{address} did not answer in time; whether anything was done is not known");
}
