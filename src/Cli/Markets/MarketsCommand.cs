using System.CommandLine;
using System.Globalization;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Markets;

/// <summary><c>marketmanager markets</c></summary>
internal static class MarketsCommand
{
    private static readonly string[] Formats = ["csv", "ndjson"];

    public static Command Build(CommandFactory factory)
    {
        var filters = new MarketFilters(factory);
        var pages = new PageOptions(defaultLimit: 30, defaultOrder: "exchange and symbol");
        var format = new Option<string?>("--format")
        {
            Description = "Write csv or ndjson as it comes; all markets, unless --limit says less",
            HelpName = "csv|ndjson",
        };
        format.Validators.Add(result => Choice.Check(result, "--format", Formats));
        format.CompletionSources.Add(Formats);

        return factory.Create("markets", "Show markets with their latest prices", async (session, cancellationToken) =>
        {
            var query = await filters.Query(session, cancellationToken);
            query.With("ordering", pages.Order(session));
            if (session.Get(format) is { } wanted)
            {
                await Stream(session, query.With("format", wanted), wanted, pages, cancellationToken);
                return ExitCode.Done;
            }

            var listing = await pages.Read(session, query, cancellationToken);
            var names = session.Json || listing.Items.Count == 0 ? [] : await NamesOfExchanges(session.Node, cancellationToken);
            session.Show(listing.ToJson(), screen =>
            {
                if (listing.Items.Count > 0)
                {
                    screen.Write(TableOf(listing.Items.Select(WireJson.Read<Market>), names, session.Now));
                }

                PageOptions.SayWhatIsLeft(session, listing, "market");
            });
            return ExitCode.Done;
        }, [.. filters.Symbols, .. pages.Symbols, format]);
    }

    // One stream however much there is; the lines wanted are counted here.
    private static async Task Stream(
        CliSession session, Query query, string format, PageOptions pages, CancellationToken cancellationToken)
    {
        var (skip, left) = (pages.Offset(session), pages.LimitOfExport(session) ?? long.MaxValue);
        var heading = format == "csv";
        await foreach (var line in session.Node.Lines(query.ToString(), cancellationToken))
        {
            if (heading)
            {
                heading = false;
            }
            else if (skip > 0)
            {
                skip--;
                continue;
            }
            else if (left-- == 0)
            {
                break;
            }

            await session.Context.Out.WriteLineAsync(line.AsMemory(), cancellationToken);
        }
    }

    private static async Task<Dictionary<long, string>> NamesOfExchanges(NodeClient node, CancellationToken cancellationToken)
    {
        var exchanges = await Listing.ReadAll(node, "api/exchanges/", cancellationToken);
        return exchanges.Items.ToDictionary(
            exchange => exchange.GetProperty("id").GetInt64(),
            exchange => exchange.GetProperty("slug").GetString()!);
    }

    private static Table TableOf(IEnumerable<Market> markets, Dictionary<long, string> exchanges, DateTimeOffset now)
    {
        var table = new Table(
            new("EXCHANGE"),
            new("SYMBOL"),
            new("TYPE", Rank: 4),
            new("LAST", Right: true),
            new("BID", Right: true, Rank: 2),
            new("ASK", Right: true, Rank: 2),
            new("VOLUME USD", Right: true),
            new("VOLUME", Right: true, Rank: 3),
            new("UPDATED", Right: true, Rank: 1));
        foreach (var market in markets)
        {
            table.Add(
                exchanges.GetValueOrDefault(market.Exchange, market.Exchange.ToString(CultureInfo.InvariantCulture)),
                market.Symbol,
                market.Type,
                Format.Price(market.Last),
                Format.Price(market.Bid),
                Format.Price(market.Ask),
                Format.Amount(market.VolumeUsd),
                Format.Amount(market.Volume),
                Format.Relative(market.Updated, now));
        }

        return table;
    }
}
