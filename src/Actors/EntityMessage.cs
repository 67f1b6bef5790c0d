namespace MarketManager.Actors;

/// <summary>The base of whatever is sent to an entity's actor.</summary>
public abstract record EntityMessage;
