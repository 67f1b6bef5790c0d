using System.Text.Json;

namespace MarketManager.Cli.Apply;

/// <summary>What an exchange is given where its client says nothing.</summary>
internal sealed class VenueDefaults
{
    private static readonly JsonElement Null = JsonElement.Parse("null");
    private static readonly Dictionary<string, JsonElement> Fixed = new()
    {
        ["enabled"] = JsonElement.Parse("true"),
        ["interval"] = JsonElement.Parse("60"),
        ["options"] = JsonElement.Parse("{}"),
    };

    private readonly Dictionary<string, JsonElement> _venues;

    private VenueDefaults(Dictionary<string, JsonElement> venues) => _venues = venues;

    /// <summary>The ids of all venues.</summary>
    public IReadOnlyCollection<string> Ids => _venues.Keys;

    /// <summary>From the list that <c>/api/venues/</c> answers.</summary>
    public static VenueDefaults Of(IEnumerable<JsonElement> venues) =>
        new(venues.ToDictionary(venue => venue.GetProperty("id").GetString()!));

    /// <summary>True of the fields whose default the venue makes.</summary>
    public static bool Has(string field) => field is "logo" or "url" or "api_url";

    /// <summary>The default of a field of an exchange on this venue.</summary>
    public JsonElement Of(string venue, string field) =>
        Fixed.TryGetValue(field, out var value) ? value
        : _venues.TryGetValue(venue, out var known) && known.TryGetProperty(field, out var given) ? given
        : Null;
}
