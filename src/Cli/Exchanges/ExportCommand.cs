using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using MarketManager.Cli.Apply;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;

namespace MarketManager.Cli.Exchanges;

/// <summary><c>marketmanager exchanges export</c></summary>
internal static class ExportCommand
{
    public static Command Build(CommandFactory factory) => factory.Create(
        "export", "Write all exchanges as a JSON document that 'exchanges apply' reads", async (session, cancellationToken) =>
        {
            var exchanges = await Listing.ReadAll(session.Node, "api/exchanges/", cancellationToken);
            var venues = VenueDefaults.Of((await Listing.ReadAll(session.Node, "api/venues/", cancellationToken)).Items);
            session.Context.Out.WriteLine(JsonText.Pretty(Document(exchanges.Items, venues)));
            return ExitCode.Done;
        });

    /// <summary>The document. What is the venue's default is left out, so that the file says what was decided, and no more.</summary>
    public static JsonElement Document(IEnumerable<JsonElement> exchanges, VenueDefaults venues)
    {
        var list = new JsonArray();
        foreach (var exchange in exchanges)
        {
            var venue = exchange.GetProperty("venue").GetString()!;
            var entry = new JsonObject();
            foreach (var field in ExchangeFields.OfClient)
            {
                var value = exchange.GetProperty(field);
                if (!VenueDefaults.Has(field) || !JsonElement.DeepEquals(value, venues.Of(venue, field)))
                {
                    entry[field] = JsonNode.Parse(value.GetRawText());
                }
            }

            list.Add(entry);
        }

        return JsonSerializer.SerializeToElement(new JsonObject { ["exchanges"] = list });
    }
}
