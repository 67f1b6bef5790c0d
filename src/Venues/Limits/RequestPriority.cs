namespace MarketManager.Venues.Limits;

/// <summary>Who goes first when a venue's budget is short.</summary>
public enum RequestPriority
{
    /// <summary>Orders and what follows them.</summary>
    Order,

    /// <summary>Making a broken view whole again, such as an order book after a gap.</summary>
    Resynchronisation,

    /// <summary>Everything that comes round by itself.</summary>
    Polling,
}
