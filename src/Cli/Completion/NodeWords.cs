using System.CommandLine;
using System.Text.Json;
using MarketManager.Cli.Http;

namespace MarketManager.Cli.Completion;

/// <summary>Words that only a node knows, for the shell to complete.</summary>
internal static class NodeWords
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>A field of each item of a list; none where the node does not answer at once.</summary>
    public static IEnumerable<string> Ask(CliContext context, CliOptions options, ParseResult parsed, string path, string field)
    {
        try
        {
            var folder = NodeAddress.DataFolder(parsed.GetValue(options.Data), context);
            var address = NodeAddress.Choose(parsed.GetValue(options.Url), parsed.GetValue(options.Socket), folder, context.Environment);
            using var http = NodeConnection.Open(address, context with { Error = TextWriter.Null });
            http.Timeout = Limit;
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            using var response = http.Send(request);
            using var body = JsonDocument.Parse(response.EnsureSuccessStatusCode().Content.ReadAsStream());
            return body.RootElement.GetProperty("results").EnumerateArray().Select(item => item.GetProperty(field).GetString()!).ToList();
        }
        catch (Exception)
        {
            return []; // Whatever is wrong, the shell is not the place to say it.
        }
    }
}
