namespace MarketManager.Actors;

/// <summary>Tenants: clients of the system that are kept apart from each other.</summary>
public static class Tenant
{
    /// <summary>The tenant that everything belongs to until more are made.</summary>
    public const string Default = "default";
}
