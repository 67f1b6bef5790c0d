using System.Text.Json;
using MarketManager.Actors.Exchanges;
using MarketManager.Api.Problems;
using MarketManager.Api.Requests;

namespace MarketManager.Api.Exchanges;

/// <summary>Reads exchanges as clients write them.</summary>
internal static class ExchangeBody
{
    private const string UrlShape = "an absolute http or https URL";

    private static readonly IReadOnlyList<BodyField> Fields =
    [
        new("name", FieldOwner.Client, "a text of 1 to 64 ASCII letters, digits, spaces and ._- with at least one letter"),
        new("venue", FieldOwner.ClientOnce, "the text of a venue's id, such as 'binance'"),
        new("enabled", FieldOwner.Client, "true or false"),
        new("interval", FieldOwner.Client, "a whole number of seconds from 1 to 604800"),
        new("logo", FieldOwner.Client, UrlShape),
        new("url", FieldOwner.Client, UrlShape),
        new("api_url", FieldOwner.Client, UrlShape),
        new("options", FieldOwner.Client, "a JSON object"),
        new("id", FieldOwner.Server),
        new("tenant", FieldOwner.Server),
        new("slug", FieldOwner.Server),
        new("volume", FieldOwner.Server),
        new("top_pair", FieldOwner.Server),
        new("top_pair_volume", FieldOwner.Server),
        new("created", FieldOwner.Server),
        new("updated", FieldOwner.Server),
        new("last_update", FieldOwner.Server),
        new("has_credentials", FieldOwner.Server),
        new("status", FieldOwner.Server),
    ];

    /// <summary>Reads a new exchange; null in a field asks for its default.</summary>
    public static (NewExchange? Draft, Problem? Problem) ReadNew(JsonElement body, string tenant)
    {
        var reader = new BodyReader(body, Fields, change: false);
        reader.Require("name");
        var draft = new NewExchange(
            tenant,
            reader.Text("name").Value ?? string.Empty,
            reader.Text("venue").Value,
            Given(reader.Flag("enabled")),
            Given(reader.Whole("interval")),
            reader.Text("logo").Value,
            reader.Text("url").Value,
            reader.Text("api_url").Value,
            reader.Object("options").Value);
        return reader.Errors.Problem is { } problem ? (null, problem) : (draft, null);

        static T? Given<T>(Patch<T> field)
            where T : struct => field is { Present: true, IsNull: false } ? field.Value : null;
    }

    /// <summary>Reads a merge patch.</summary>
    public static (ExchangeChange? Change, Problem? Problem) ReadChange(JsonElement body)
    {
        var reader = new BodyReader(body, Fields, change: true);
        var change = new ExchangeChange(
            reader.Text("name"),
            reader.Flag("enabled"),
            reader.Whole("interval"),
            reader.Text("logo"),
            reader.Text("url"),
            reader.Text("api_url"),
            reader.Object("options"));
        return reader.Errors.Problem is { } problem ? (null, problem) : (change, null);
    }

    /// <summary>Whether a patch does no more than switch the exchange on or off.</summary>
    public static bool OnlySwitches(ExchangeChange change) => change == new ExchangeChange(Enabled: change.Enabled);
}
