using System.Globalization;
using MarketManager.Actors;
using MarketManager.Actors.Access;
using MarketManager.Actors.Markets;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;
using MarketManager.Api.Requests;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Markets;

/// <summary>Lists markets.</summary>
internal sealed class MarketEndpoints(IMarketReader reader, TimeProvider time) : IEndpoints
{
    private const long MaxAgeSeconds = 100L * 365 * 24 * 3600;

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/api/markets/", Role.Viewer, "List markets", List)
        {
            Query = ListQuery.Parameters(
                IMarketReader.OrderFields,
                new("exchange", "string", "Only those of the exchange of this id, or name."),
                new("name", "string", "Only those of exactly this name, such as USDT-ETH."),
                new("symbol", "string", "Only those of this ccxt symbol, such as ETH/USDT."),
                new("base", "string", "Only those priced in this currency."),
                new("quote", "string", "Only those that trade this currency."),
                new("type", "string", "Only those of this type, such as spot."),
                new("active", "boolean", "Only those that can, or cannot, be traded."),
                new("min_volume_usd", "number", "Only those with at least this 24 h volume in USD.") { Minimum = 0 },
                new("max_age", "integer", "Only those that a run brought in the last so many seconds.")
                {
                    Minimum = 0,
                    Maximum = MaxAgeSeconds,
                }),
            Answers = [new(200, "Market", "A page of markets, by exchange and symbol.") { List = true }],
        },
    ];

    private async Task List(HttpContext http)
    {
        var now = time.GetUtcNow();
        var query = new QueryReader(http);
        var exchange = query.Text("exchange");

        // A name has at least one letter, so digits alone are an id.
        var isId = exchange?.All(char.IsAsciiDigit) == true;
        var filter = new MarketFilter(
            Tenant.Default,
            isId ? IdOf(exchange!) : null,
            isId ? null : exchange,
            query.Text("name"),
            query.Text("symbol"),
            query.Text("base"),
            query.Text("quote"),
            query.Text("type"),
            query.Flag("active"),
            query.Amount("min_volume_usd"),
            query.Whole("max_age", 0, MaxAgeSeconds) is { } seconds ? now - TimeSpan.FromSeconds(seconds) : null);
        var list = ListQuery.Read(query, IMarketReader.OrderFields);
        await (query.Errors.Problem?.Write(http) ?? ListReply.Send(
            http,
            list,
            MarketJson.Rows(now),
            (page, stop) => reader.List(filter, page, stop),
            (page, stop) => reader.Stream(filter, page, stop)));
    }

    // An id that no exchange can have matches nothing.
    private static long IdOf(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1;
}
