namespace MarketManager.Venues.Limits;

/// <summary>Who counts, and whom they count: a venue allows so much to each address that asks it.</summary>
/// <param name="Venue">The venue's id; where a server of somebody else's answers in its place, that server as well:
/// <c>sim@127.0.0.1:8090</c>.</param>
/// <param name="Egress">The address that requests go out from: a proxy as <c>host:port</c> in lower case; empty for the
/// node's own.</param>
internal sealed record BudgetKey(string Venue, string Egress)
{
    /// <summary>The venue's id, whoever answers.</summary>
    public string VenueId => Venue.Split('@')[0];
}
