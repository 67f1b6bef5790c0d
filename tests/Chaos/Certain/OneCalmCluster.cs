using Xunit;

namespace MarketManager.Chaos.Tests.Certain;

/// <summary>One cluster for all tests of nodes that die or stand still: each leaves it settled.</summary>
[CollectionDefinition(Name)]
public sealed class OneCalmCluster : ICollectionFixture<CalmCluster>
{
    public const string Name = "one calm cluster";
}
