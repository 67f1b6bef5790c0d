using System.Net;
using System.Text.Json;

namespace MarketManager.Cli.Http;

/// <summary>A node's answer that is no error.</summary>
/// <param name="Status">2xx.</param>
/// <param name="Body">The JSON; null where there was none (204).</param>
/// <param name="ETag">As sent, quotes included; null where none was.</param>
internal sealed record NodeAnswer(HttpStatusCode Status, JsonElement? Body, string? ETag)
{
    /// <summary>The JSON of an answer that must have one.</summary>
    public JsonElement Json => Body ?? throw new CliException(ExitCode.Failed, "the node's answer is empty");
}
