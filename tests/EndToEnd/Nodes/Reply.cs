using System.Net;
using System.Text;
using System.Text.Json;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>What a node answered.</summary>
internal sealed record Reply(HttpStatusCode Status, string Text, HttpResponseMessage Message)
{
    /// <summary>Its body, as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public int Code => (int)Status;

    /// <summary>A member of its body, as text.</summary>
    public string? this[string member] => Json.GetProperty(member).ToString();

    /// <summary>Sends a request; a body is JSON unless its type says otherwise.</summary>
    public static async Task<Reply> To(
        HttpClient http, string method, string path, string? body = null, string type = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, type);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var answer = await http.SendAsync(request);
        return new Reply(answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }
}
