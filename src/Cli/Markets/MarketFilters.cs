using System.CommandLine;
using MarketManager.Cli.Exchanges;
using MarketManager.Cli.Http;

namespace MarketManager.Cli.Markets;

/// <summary>Which markets to show.</summary>
internal sealed class MarketFilters
{
    private readonly Option<string?> _exchange = new("--exchange") { Description = "Id, slug or name of an exchange", HelpName = "EXCHANGE" };
    private readonly Option<string?> _name = new("--name") { Description = "Such as USDT-ETH: the pricing currency first", HelpName = "NAME" };
    private readonly Option<string?> _symbol = new("--symbol") { Description = "Such as ETH/USDT", HelpName = "SYMBOL" };
    private readonly Option<string?> _base = new("--base") { Description = "Pricing currency, such as USDT", HelpName = "CODE" };
    private readonly Option<string?> _quote = new("--quote") { Description = "What is traded, such as ETH", HelpName = "CODE" };
    private readonly Option<string?> _type = new("--type") { Description = "spot, margin, swap, future or option", HelpName = "TYPE" };
    private readonly Option<bool?> _active = new("--active") { Description = "Only those that can be traded, or cannot", HelpName = "true|false" };
    private readonly Option<decimal?> _minVolumeUsd = new("--min-volume-usd") { Description = "24 h volume of at least this", HelpName = "USD" };
    private readonly Option<decimal?> _maxAge = new("--max-age") { Description = "Gathered at most this long ago", HelpName = "SECONDS" };

    public MarketFilters(CommandFactory factory) => _exchange.CompletionSources.Add(factory.CompleteExchanges);

    public IEnumerable<Symbol> Symbols => [_exchange, _name, _symbol, _base, _quote, _type, _active, _minVolumeUsd, _maxAge];

    /// <summary>The list with the filters; an exchange that is not there is an error here, not an empty list.</summary>
    public async Task<Query> Query(CliSession session, CancellationToken cancellationToken)
    {
        var exchange = session.Get(_exchange) is { } word
            ? await ExchangeNames.FindId(session.Node, word, cancellationToken)
            : (long?)null;
        return new Query("api/markets/")
            .With("exchange", exchange)
            .With("name", session.Get(_name))
            .With("symbol", session.Get(_symbol))
            .With("base", session.Get(_base))
            .With("quote", session.Get(_quote))
            .With("type", session.Get(_type))
            .With("active", session.Get(_active))
            .With("min_volume_usd", session.Get(_minVolumeUsd))
            .With("max_age", session.Get(_maxAge));
    }
}
