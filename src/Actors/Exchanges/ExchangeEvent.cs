namespace MarketManager.Actors.Exchanges;

/// <summary>What clients can set of an exchange, with defaults filled in.</summary>
/// <param name="Name">As the client wrote it.</param>
/// <param name="Enabled">Whether the timer is on.</param>
/// <param name="Interval">Seconds between run starts.</param>
/// <param name="Logo">Absolute URL, or null where neither client nor ccxt gave one.</param>
/// <param name="Url">Absolute URL, or null.</param>
/// <param name="ApiUrl">Absolute URL, or null.</param>
/// <param name="Options">A JSON object, as text.</param>
public sealed record ExchangeSettings(
    string Name, bool Enabled, int Interval, string? Logo, string? Url, string? ApiUrl, string Options);

/// <summary>What happened to an exchange, apart from the life of its runs.</summary>
/// <param name="At">When, UTC.</param>
public abstract record ExchangeEvent(DateTimeOffset At) : DomainEvent(At)
{
    /// <summary>It was created.</summary>
    /// <param name="Id">Never reused.</param>
    /// <param name="Tenant">Whose it is.</param>
    /// <param name="Slug">Stays when the name changes.</param>
    /// <param name="Venue">Cannot be changed.</param>
    /// <param name="Settings">What the client set.</param>
    /// <param name="At">When.</param>
    public sealed record Created(
        long Id, string Tenant, string Slug, string Venue, ExchangeSettings Settings, DateTimeOffset At) : ExchangeEvent(At);

    /// <summary>A client changed it; the version rises.</summary>
    /// <param name="Settings">All of them, changed or not.</param>
    /// <param name="At">When.</param>
    public sealed record Configured(ExchangeSettings Settings, DateTimeOffset At) : ExchangeEvent(At);

    /// <summary>A run brought new totals.</summary>
    /// <param name="Volume">24 h, USD, two decimals; null where nothing could be converted.</param>
    /// <param name="TopPair">Null where nothing could be converted.</param>
    /// <param name="TopPairVolume">In the pricing currency of the top pair.</param>
    /// <param name="At">When.</param>
    public sealed record Gathered(decimal? Volume, string? TopPair, decimal? TopPairVolume, DateTimeOffset At) : ExchangeEvent(At);

    /// <summary>Its deletion was decided while a run was going: the run is cancelled, and nothing begins any more.</summary>
    /// <param name="At">When.</param>
    public sealed record DeletionBegun(DateTimeOffset At) : ExchangeEvent(At);

    /// <summary>It was deleted; nothing happens to it any more.</summary>
    /// <param name="At">When.</param>
    public sealed record Deleted(DateTimeOffset At) : ExchangeEvent(At);
}
