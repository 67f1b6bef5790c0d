using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MarketManager.TestKit;

namespace MarketManager.Simulator.Tests;

/// <summary>A simulator on a clock that stands, and a client for it.</summary>
internal sealed class Venue : IAsyncDisposable
{
    /// <summary>A Friday, on the minute and on a knot of the prices.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly SimulatorServer _server;

    private Venue(SimulatorServer server, ManualTime clock)
    {
        _server = server;
        Clock = clock;
        Client = new HttpClient { BaseAddress = server.Address };
    }

    public ManualTime Clock { get; }

    public HttpClient Client { get; }

    public static async Task<Venue> Open(int symbols = 120, long seed = 1, int weightLimit = 6000, DateTimeOffset? at = null)
    {
        var clock = new ManualTime(at ?? Start);
        var options = new SimulatorOptions { Symbols = symbols, Seed = seed, WeightLimit = weightLimit };
        return new Venue(await SimulatorServer.Start(options, clock), clock);
    }

    public Task<JsonElement> Get(string path) => Client.GetFromJsonAsync<JsonElement>(path);

    public Task<byte[]> Bytes(string path) => Client.GetByteArrayAsync(path);

    /// <summary>The status and the venue's error code of an answer that is a refusal.</summary>
    public async Task<(HttpStatusCode Status, int Code)> Refusal(string path)
    {
        using var response = await Client.GetAsync(path);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (response.StatusCode, body.GetProperty("code").GetInt32());
    }

    public Task<HttpResponseMessage> Put(string path, object body) => Client.PutAsJsonAsync(path, body);

    /// <summary>Orders one fault and sees to it that it was accepted.</summary>
    public async Task Order(object fault)
    {
        using var response = await Put("/control/faults", new { faults = new[] { fault } });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until a request for a path has arrived.</summary>
    public Task UntilAsked(string path) =>
        Until(async () => (await Get("/control/requests")).GetProperty("paths").TryGetProperty(path, out _), $"a request for {path}");

    /// <summary>Waits until a request is held back by the simulator.</summary>
    public Task UntilHeldBack() => Until(() => Task.FromResult(Clock.UntilNextTimer is not null), "a request to be held back");

    private static async Task Until(Func<Task<bool>> holds, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await holds())
        {
            Assert.False(deadline.IsCancellationRequested, $"waited 10 s for {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    public Task Stop() => _server.Stop();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }
}

internal static class JsonReading
{
    /// <summary>A decimal that the venue wrote as a string.</summary>
    public static decimal Decimal(this JsonElement element, string name) => element.GetProperty(name).Decimal();

    public static decimal Decimal(this JsonElement element) => decimal.Parse(element.GetString()!, CultureInfo.InvariantCulture);

    public static long Long(this JsonElement element, string name) => element.GetProperty(name).GetInt64();

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
