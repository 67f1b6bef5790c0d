namespace MarketManager.Api.Http;

/// <summary>The routes of one capability.</summary>
internal interface IEndpoints
{
    /// <summary>Its routes.</summary>
    IEnumerable<ApiRoute> Routes { get; }
}
