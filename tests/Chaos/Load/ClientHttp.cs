using System.Net;
using System.Text;
using System.Text.Json;
using MarketManager.Chaos.Tests.Checking;
using MarketManager.Chaos.Tests.Rig;

namespace MarketManager.Chaos.Tests.Load;

/// <summary>What a client was answered.</summary>
/// <param name="Fate">What that says of the request.</param>
/// <param name="Status">0: nothing was answered.</param>
/// <param name="Text">The body, or what went wrong.</param>
internal sealed record Told(Fate Fate, int Status, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The kind of the problem; null where it is none.</summary>
    public string? Problem => Status >= 400 && Json.TryGetProperty("type", out var type) ? type.GetString() : null;

    /// <summary>For people.</summary>
    public override string ToString() => $"{Status} {Text}";
}

/// <summary>Asks any node, and another one where a connection is refused.</summary>
internal sealed class ClientHttp(IReadOnlyList<ChaosNode> nodes) : IDisposable
{
    // A node answers within 30 s, if only that it could not: that is to be seen.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = Patience };

    /// <param name="first">The node that is asked first.</param>
    /// <param name="method">GET, ...</param>
    /// <param name="path">Without a slash before it.</param>
    /// <param name="body">JSON; null: none.</param>
    /// <param name="key">The Idempotency-Key; null: none.</param>
    public async Task<Told> Ask(int first, string method, string path, object? body = null, string? key = null)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(nodes[(first + i) % nodes.Count].Url, path));

            // Never without content: HttpClient sends a request that has none again, up to three times, where its answer never came.
            request.Content = body is null
                ? new ByteArrayContent([])
                : new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

            if (key is not null)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            try
            {
                using var answer = await _http.SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                return new Told(FateOf(answer.StatusCode, text), (int)answer.StatusCode, text);
            }
            catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError)
            {
                // Nobody took it: the next one.
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                return new Told(Fate.Unknown, 0, e.Message);
            }
        }

        return new Told(Fate.Refused, 0, "no node lets anybody in");
    }

    public void Dispose() => _http.Dispose();

    private static Fate FateOf(HttpStatusCode status, string text) =>
        (int)status < 300 ? Fate.Acknowledged
        : status is HttpStatusCode.ServiceUnavailable && text.Contains("outcome-unknown", StringComparison.Ordinal) ? Fate.Unknown
        : status is HttpStatusCode.InternalServerError ? Fate.Unknown
        : Fate.Refused;
}
