using System.CommandLine;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;

namespace MarketManager.Cli;

/// <summary>How much of a list to show, and in which order.</summary>
internal sealed class PageOptions(int defaultLimit, string defaultOrder)
{
    private readonly Option<int?> _limit = new("--limit")
    {
        Description = $"At most this many [default: {defaultLimit}]",
        HelpName = "N",
        Validators = { result => NotBelow(result, "--limit", 1) },
    };

    private readonly Option<bool> _all = new("--all") { Description = "All of them" };

    private readonly Option<int?> _offset = new("--offset")
    {
        Description = "Pass over this many first",
        HelpName = "N",
        Validators = { result => NotBelow(result, "--offset", 0) },
    };

    private readonly Option<string?> _order = new("--order")
    {
        Description = $"Fields to order by, '-' in front for descending [default: {defaultOrder}]",
        HelpName = "FIELD,-FIELD",
    };

    public IEnumerable<Symbol> Symbols => [_order, _limit, _offset, _all];

    /// <summary>How many are wanted; null for all.</summary>
    public int? Limit(CliSession session) => session.Get(_all) ? null : session.Get(_limit) ?? defaultLimit;

    /// <summary>How many are wanted where all is the default.</summary>
    public int? LimitOfExport(CliSession session) => session.Get(_limit);

    public int Offset(CliSession session) => session.Get(_offset) ?? 0;

    /// <summary>The order that was asked for; null for the list's own.</summary>
    public string? Order(CliSession session) => session.Get(_order);

    public Task<Listing> Read(CliSession session, Query query, CancellationToken cancellationToken) => Listing.Read(
        session.Node, query, Limit(session), Offset(session), cancellationToken);

    /// <summary>Tells a person that there is more than was shown.</summary>
    public static void SayWhatIsLeft(CliSession session, Listing listing, string noun)
    {
        if (listing.Count == 0)
        {
            session.Say($"no {noun}s");
        }
        else if (listing.HasMore)
        {
            session.Say($"{Format.Count(listing.Items.Count)} of {Format.Plural(listing.Count, noun)}; --all shows the rest");
        }
    }

    private static void NotBelow(System.CommandLine.Parsing.OptionResult result, string option, int minimum)
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && value < minimum)
        {
            result.AddError($"{option} is at least {minimum}, not {value}");
        }
    }
}
