using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace MarketManager.Deployment.Tests.Nginx;

public sealed partial class NginxTests
{
    public static TheoryData<string> Harmless => new("GET", "HEAD");

    public static TheoryData<string> Changes => new("POST", "PATCH", "DELETE", "PUT");

    public static TheoryData<string> Methods => new("GET", "HEAD", "OPTIONS", "POST", "PATCH", "DELETE", "PUT");

    [Fact]
    public void Only_the_health_check_asks_another_node_after_an_answer()
    {
        var retries = NextUpstream().Matches(Repository.Text(RunningNginx.File)).Select(match => match.Groups[1].Value);

        Assert.Equal(["error timeout", "error timeout http_503"], retries);
    }

    [FactWith("nginx")]
    public async Task Nginx_accepts_its_file() => await RunningNginx.Check();

    [TheoryWith("nginx")]
    [MemberData(nameof(Changes))]
    public async Task Change_that_may_have_arrived_is_not_sent_again(string method)
    {
        await using var nodes = new TinyNodes { Breaks = 1 };
        await using var nginx = await RunningNginx.Start(nodes.Ports);

        Assert.Equal(HttpStatusCode.BadGateway, await nginx.Send(method, "/api/exchanges/1/"));
        Assert.Equal([new Arrival(method, "/api/exchanges/1/", "")], nodes.Arrivals);
    }

    [TheoryWith("nginx")]
    [MemberData(nameof(Harmless))]
    public async Task Request_that_changes_nothing_goes_to_the_next_node_when_one_breaks_the_connection(string method)
    {
        await using var nodes = new TinyNodes { Breaks = 1 };
        await using var nginx = await RunningNginx.Start(nodes.Ports);

        Assert.Equal(HttpStatusCode.OK, await nginx.Send(method, "/api/exchanges/1/"));
        Assert.Equal([method, method], nodes.Arrivals.Select(arrival => arrival.Method));
    }

    [TheoryWith("nginx")]
    [MemberData(nameof(Methods))]
    public async Task Request_goes_to_the_next_node_as_it_is_where_connections_are_refused(string method)
    {
        await using var nodes = new TinyNodes(away: 2);
        await using var nginx = await RunningNginx.Start(nodes.Ports);
        var body = method is "POST" or "PATCH" or "DELETE" or "PUT" ? """{"name":"x"}""" : "";

        Assert.Equal(HttpStatusCode.OK, await nginx.Send(method, "/api/exchanges/a%2Fb/?wait=3", body));
        Assert.Equal([new Arrival(method, "/api/exchanges/a%2Fb/?wait=3", body)], nodes.Arrivals);
    }

    [TheoryWith("nginx")]
    [MemberData(nameof(Methods))]
    public async Task Answer_503_of_a_node_goes_to_the_client(string method)
    {
        await using var nodes = new TinyNodes { Status = HttpStatusCode.ServiceUnavailable };
        await using var nginx = await RunningNginx.Start(nodes.Ports);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await nginx.Send(method, "/api/status/"));
        Assert.Single(nodes.Arrivals);
    }

    [TheoryWith("nginx")]
    [MemberData(nameof(Methods))]
    public async Task What_nodes_say_to_each_other_is_nobody_elses(string method)
    {
        await using var nodes = new TinyNodes();
        await using var nginx = await RunningNginx.Start(nodes.Ports);

        Assert.Equal(HttpStatusCode.NotFound, await nginx.Send(method, "/peer/ask"));
        Assert.Empty(nodes.Arrivals);
    }

    [GeneratedRegex(@"^\s*proxy_next_upstream (.*);", RegexOptions.Multiline)]
    private static partial Regex NextUpstream();
}
