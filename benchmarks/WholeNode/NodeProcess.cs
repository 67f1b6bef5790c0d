using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>A node as it is deployed: the program, its workers, and a client of its API.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly long _began;
    private readonly HttpClient _http;

    private NodeProcess(ChildProcess process, string url, long began)
    {
        Process = process;
        Url = url;
        _began = began;
        _http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMinutes(5) };
    }

    /// <summary>The process.</summary>
    public ChildProcess Process { get; }

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url { get; }

    /// <summary>From the start of the process.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Starts the built program and waits until it is ready.</summary>
    public static async Task<NodeProcess> Start(TempFolder folder, params string[] options)
    {
        var node = Launch(Repository.Program, ["run", "--environment", "production", .. options], folder);
        node.ReadyAfter = await node.Until("/healthz/ready", _ => true);
        return node;
    }

    /// <summary>Starts it in a way of the caller's, and waits for nothing.</summary>
    public static NodeProcess Launch(string program, IEnumerable<string> arguments, TempFolder folder)
    {
        var url = $"http://127.0.0.1:{FreePort()}";
        var began = TimeProvider.System.GetTimestamp();
        return new NodeProcess(ChildProcess.Start(program, [.. arguments, "--urls", url, "--data", folder.Path]), url, began);
    }

    /// <summary>Asks until the answer is good, and gives how long that was after the start of the process.</summary>
    public async Task<TimeSpan> Until(string path, Func<JsonElement, bool> isGood)
    {
        while (true)
        {
            if (await TryGet(path) is { } body && isGood(body))
            {
                return TimeProvider.System.GetElapsedTime(_began);
            }

            Process.ThrowIfEnded();
            if (TimeProvider.System.GetElapsedTime(_began) > Patience)
            {
                throw new TimeoutException($"{path} did not become what it was to be");
            }

            await Task.Delay(Glance, TimeProvider.System);
        }
    }

    /// <summary>Reads.</summary>
    public async Task<JsonElement> Get(string path) => Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative)));

    /// <summary>Reads, and keeps the bytes.</summary>
    public Task<byte[]> GetBytes(string path) => _http.GetByteArrayAsync(new Uri(path, UriKind.Relative));

    /// <summary>Posts JSON, or nothing.</summary>
    public async Task<JsonElement> Post(string path, string? body = null)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? Parse(text) : throw new InvalidOperationException($"POST {path}: {text}");
    }

    /// <summary>Changes, and gives the status: how that is to be taken is the caller's to say.</summary>
    public async Task<HttpStatusCode> Patch(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.PatchAsync(new Uri(path, UriKind.Relative), content);
        return response.StatusCode;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return Process.DisposeAsync();
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<JsonElement?> TryGet(string path)
    {
        try
        {
            return await Get(path);
        }
        catch (HttpRequestException)
        {
            return null; // it does not listen yet, or is not ready
        }
    }
}
