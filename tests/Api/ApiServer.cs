using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Actors.Venues;
using MarketManager.Api.Service;
using MarketManager.Api.Status;
using MarketManager.Api.Tests.Fakes;
using MarketManager.Cluster.Inspection;
using MarketManager.Cluster.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MarketManager.Api.Tests;

/// <summary>The API over real sockets, with fakes behind it.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _socket = Path.Combine(Path.GetTempPath(), $"mm-{Path.GetRandomFileName()}.sock");

    private ApiServer(ApiOptions options, IClusterInspector? cluster, PeerServer? peers)
    {
        Exchanges = new FakeExchanges(Runs);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.ListenUnixSocket(_socket);
        });
        builder.Services
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IExchangeGateway>(Exchanges)
            .AddSingleton<IExchangeReader>(Exchanges)
            .AddSingleton<IRunReader>(Runs)
            .AddSingleton<IMarketReader>(Markets)
            .AddSingleton<IVenueCatalog>(Venues)
            .AddSingleton<IWorkerReport>(Store)
            .AddSingleton<IStoreHealth>(Store)
            .AddSingleton<IKeyStore>(Keys)
            .AddSingleton<IReadinessCheck>(Check)
            .AddSingleton(Node)
            .AddMarketManagerApi(options);
        if (cluster is not null)
        {
            builder.Services.AddSingleton(cluster);
        }

        if (peers is not null)
        {
            builder.Services.AddSingleton(peers);
        }

        _app = builder.Build();
        _app.MapMarketManagerApi();
    }

    public HttpClient Http { get; private set; } = new();

    internal FakeClock Clock { get; } = new();

    internal FakeExchanges Exchanges { get; }

    internal FakeRuns Runs { get; } = new();

    internal FakeMarkets Markets { get; } = new();

    internal FakeVenues Venues { get; } = new();

    internal FakeStore Store { get; } = new();

    internal FakeKeys Keys { get; } = new();

    internal FakeCheck Check { get; } = new();

    internal NodeInfo Node { get; } = new(
        "node-1", Guid.Parse("01990000-0000-7000-8000-00000000aaaa"), "http://127.0.0.1:8080", ["api", "gather"], "development", FakeExchanges.Created);

    internal IServiceProvider Services => _app.Services;

    public static async Task<ApiServer> Start(ApiOptions? options = null, IClusterInspector? cluster = null, PeerServer? peers = null)
    {
        var server = new ApiServer(options ?? new ApiOptions(), cluster, peers);
        server.Venues.BecomeReady();
        server.Node.Enter(NodeState.Running, FakeExchanges.Created);
        await server._app.StartAsync();
        server.Http = new HttpClient { BaseAddress = new Uri(server._app.Urls.First(url => url.StartsWith("http://127", StringComparison.Ordinal))) };
        return server;
    }

    /// <summary>A client of the UNIX socket.</summary>
    public HttpClient OverSocket() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, stop) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://marketmanager"),
    };

    public async Task<Reply> Send(
        string method, string path, string? body = null, string? type = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Http.SendAsync(request);
        return new Reply(answer, await answer.Content.ReadAsStringAsync());
    }

    public Task<Reply> Get(string path, params (string Name, string Value)[] headers) => Send("GET", path, headers: headers);

    public void StopServing() => _app.Lifetime.StopApplication();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        File.Delete(_socket);
    }
}

/// <summary>An answer that was read whole.</summary>
public sealed class Reply(HttpResponseMessage answer, string text)
{
    public int Status { get; } = (int)answer.StatusCode;

    public string Text { get; } = text;

    public string? Type { get; } = answer.Content.Headers.ContentType?.ToString();

    public JsonElement Json => JsonElement.Parse(Text);

    public string? Header(string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    /// <summary>Asserts that this is a complete problem of that kind.</summary>
    public JsonElement Problem(int status, string kind)
    {
        Assert.Equal((status, "application/problem+json"), (Status, Type));
        var problem = Json;
        Assert.Equal("/problems/" + kind, problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEqual(string.Empty, problem.GetProperty("title").GetString());
        Assert.NotEqual(string.Empty, problem.GetProperty("detail").GetString());
        Assert.StartsWith("/", problem.GetProperty("instance").GetString(), StringComparison.Ordinal);
        return problem;
    }

    /// <summary>Asserts that the request was refused for what one field or parameter holds.</summary>
    public void Invalid(string field, string message)
    {
        var problem = Problem(422, "invalid");
        Assert.Equal([message], problem.GetProperty("errors").GetProperty(field).EnumerateArray().Select(one => one.GetString()));
    }
}
