using MarketManager.Host.Settings;
using Xunit;

namespace MarketManager.Host.Tests.Settings;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:1", "http://127.0.0.1:1 http://localhost:2", null)]
    [InlineData("http://127.0.0.1:1", "http://127.0.0.1:1 http://[::1]:2 http://10.0.0.2:8080", "http://10.0.0.2:8080")]
    [InlineData("http://localhost:1", "http://localhost:1 http://node-2:8080", "http://node-2:8080")]
    [InlineData("http://node-1:8080", "http://node-1:8080 http://127.0.0.1:2 http://node-2:8080", null)]
    public void Member_on_another_machine_cannot_reach_a_loopback_address(string address, string members, string? stranger) =>
        Assert.Equal(stranger is null ? null : new Uri(stranger), PeerAddress.Stranger(new Uri(address), members.Split(' ').Select(member => new Uri(member))));
}
