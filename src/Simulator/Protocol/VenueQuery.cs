using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MarketManager.Simulator.Pricing;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Simulator.Protocol;

/// <summary>The parameters of one request, read as strictly as the venue reads them.</summary>
internal sealed partial class VenueQuery(IQueryCollection sent, Listing listing)
{
    private const string SymbolRange = "^[A-Z0-9-_.]{1,20}$";
    private const string SymbolsRange = """^\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\]$""";
    private const string NumberRange = "^[0-9]{1,20}$";
    private static readonly string[] FilterStatuses = ["TRADING", "HALT", "BREAK"];

    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>A parameter's text; null when it was not sent.</summary>
    public string? Text(string name)
    {
        if (!sent.TryGetValue(name, out var values))
        {
            return null;
        }

        _read.Add(name);
        return values.ToString() is { Length: > 0 } text ? text : throw VenueError.Empty(name);
    }

    /// <summary>A whole number of at least 0; null when it was not sent.</summary>
    public long? Number(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return NumberPattern().IsMatch(text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw VenueError.Illegal(name, NumberRange);
    }

    /// <summary>The parameter <c>limit</c>: what was sent, cut to the most that is allowed.</summary>
    public int Limit(int byDefault, int most) => Number("limit") switch
    {
        null => byDefault,
        0 => throw VenueError.NotValid("limit"),
        var limit => (int)Math.Min(limit.Value, most),
    };

    /// <summary>One of a few words.</summary>
    public string OneOf(string name, string byDefault, params ReadOnlySpan<string> allowed)
    {
        var text = Text(name) ?? byDefault;
        return allowed.Contains(text) ? text : throw VenueError.NotValid(name);
    }

    /// <summary>The one symbol that a request is about.</summary>
    public Symbol Symbol() =>
        listing.Find(SymbolText("symbol") ?? throw VenueError.Missing("symbol")) ?? throw VenueError.UnknownSymbol();

    /// <summary>The symbols that <c>symbol</c>, <c>symbols</c> or neither asks for, as far as <c>symbolStatus</c> lets them.</summary>
    public Selection Symbols()
    {
        var (one, many) = (SymbolText("symbol"), SymbolsText());
        var status = Text("symbolStatus");
        if (status is not null && !FilterStatuses.Contains(status))
        {
            throw VenueError.NotValid("symbolStatus");
        }

        if (one is not null && many is not null)
        {
            throw VenueError.Combination();
        }

        if (one is null && many is null)
        {
            var all = status is null ? listing.All : [.. listing.All.Where(x => x.Status == status)];
            return new Selection(Scope.All, all, status);
        }

        var found = (many ?? [one!]).Select(name => listing.Find(name) ?? throw VenueError.UnknownSymbol()).ToList();
        return status is not null && found.Any(x => x.Status != status)
            ? throw VenueError.StatusMismatch()
            : new Selection(one is null ? Scope.List : Scope.One, found, status);
    }

    /// <summary>Refuses parameters that nothing has read.</summary>
    public void EnsureAllRead()
    {
        if (_read.Count < sent.Count)
        {
            throw VenueError.Unread(_read.Count, sent.Count);
        }
    }

    private string? SymbolText(string name) =>
        Text(name) is { } text && !SymbolPattern().IsMatch(text) ? throw VenueError.Illegal(name, SymbolRange) : Text(name);

    private List<string>? SymbolsText()
    {
        if (Text("symbols") is not { } text)
        {
            return null;
        }

        if (!SymbolsPattern().IsMatch(text))
        {
            throw VenueError.Illegal("symbols", SymbolsRange);
        }

        return JsonSerializer.Deserialize<List<string>>(text) is { Count: > 0 } names ? names : throw VenueError.NotValid("symbols");
    }

    [GeneratedRegex(SymbolRange)]
    private static partial Regex SymbolPattern();

    [GeneratedRegex(SymbolsRange)]
    private static partial Regex SymbolsPattern();

    [GeneratedRegex(NumberRange)]
    private static partial Regex NumberPattern();
}

/// <summary>How a request named its symbols; one symbol is answered with an object, the others with an array.</summary>
internal enum Scope
{
    One,
    List,
    All,
}

/// <summary>The symbols that a request asks for.</summary>
/// <param name="Scope">How they were named.</param>
/// <param name="Symbols">The symbols, in the order asked for or listed.</param>
/// <param name="Status">The status that all of them have because the request said so; null when it did not.</param>
internal sealed record Selection(Scope Scope, IReadOnlyList<Symbol> Symbols, string? Status);
