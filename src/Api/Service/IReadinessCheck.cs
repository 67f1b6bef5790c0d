namespace MarketManager.Api.Service;

/// <summary>Something that has to be so before the node is ready for requests. The host registers them.</summary>
public interface IReadinessCheck
{
    /// <summary>In lower case, such as <c>storage</c>.</summary>
    string Name { get; }

    /// <summary>Looks now.</summary>
    /// <returns>Null where it is so; else what is missing, for a person.</returns>
    ValueTask<string?> Check(CancellationToken cancellationToken);
}
