using System.Net.Http.Json;
using System.Text.Json;

namespace MarketManager.Venues.Tests.Support;

/// <summary>Orders faults from a simulator and asks what was asked of it.</summary>
internal sealed class SimulatorControl(Uri address)
{
    public const string Tickers = "/api/v3/ticker/24hr";
    public const string Markets = "/api/v3/exchangeInfo";

    private static readonly HttpClient Http = new();

    /// <summary>Replaces all faults by these, as JSON objects.</summary>
    public async Task Order(params string[] faults)
    {
        using var body = new StringContent($$"""{"faults":[{{string.Join(',', faults)}}]}""", null, "application/json");
        using var answer = await Http.PutAsync(new Uri(address, "/control/faults"), body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>How often a path was asked for.</summary>
    public async Task<long> Requests(string path)
    {
        var counts = await Http.GetFromJsonAsync<JsonElement>(new Uri(address, "/control/requests"));
        return counts.GetProperty("paths").TryGetProperty(path, out var count) ? count.GetInt64() : 0;
    }
}
