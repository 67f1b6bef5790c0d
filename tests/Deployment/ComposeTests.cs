using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace MarketManager.Deployment.Tests;

public sealed class ComposeTests
{
    public static TheoryData<string> Files => new("docker/compose.single.yml", "docker/compose.cluster.yml");

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_service_is_guarded_and_comes_back(string file)
    {
        foreach (var (name, service) in Services(file))
        {
            Assert.True(service.Text("restart") == "unless-stopped", name);
            Assert.True(service.Text("read_only") == "true", name);
            Assert.Equal(["ALL"], service.List("cap_drop").Select(c => c.ToString()));
            Assert.Equal(["no-new-privileges:true"], service.List("security_opt").Select(c => c.ToString()));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_node_has_longer_to_stop_than_it_takes(string file)
    {
        foreach (var (_, node) in Nodes(file))
        {
            Assert.True(int.Parse(node.Text("stop_grace_period")!.TrimEnd('s'), CultureInfo.InvariantCulture) > 15);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_node_can_write_its_data_and_temporary_files(string file)
    {
        foreach (var (_, node) in Nodes(file))
        {
            var places = node.List("tmpfs").Select(p => p.ToString().Split(':')[0]).Concat(node.List("volumes").Select(v => v.ToString().Split(':')[1]));
            Assert.Equal(["/data", "/tmp"], places.Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_services_refer_to_is_there(string file)
    {
        var compose = Read(file);
        foreach (var (_, service) in Services(file))
        {
            Assert.Subset(Keys(compose, "secrets"), References(service.At("secrets")));
            Assert.Subset(Keys(compose, "networks"), References(service.At("networks")));
            Assert.Subset(Keys(compose, "services"), References(service.At("depends_on")));
            var volumes = service.List("volumes").Select(v => v.ToString().Split(':')[0]).ToLookup(v => v.StartsWith("./", StringComparison.Ordinal));
            Assert.Subset(Keys(compose, "volumes"), volumes[false].ToHashSet());
            Assert.All(volumes[true], path => Assert.True(File.Exists(Path.Combine(Repository.Root, "docker", path)), path));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Secret_files_of_a_node_are_given_to_it(string file)
    {
        foreach (var (_, node) in Nodes(file))
        {
            var wanted = node.Map("environment").Where(v => v.Key.EndsWith("_FILE", StringComparison.Ordinal)).Select(v => v.Value).Order();
            Assert.Equal(node.List("secrets").Select(s => $"/run/secrets/{s}").Order(), wanted);
        }
    }

    [Fact]
    public void Nodes_of_the_cluster_are_named_and_reached_as_their_services()
    {
        var nodes = Nodes("docker/compose.cluster.yml").ToList();

        Assert.Equal(["node-1", "node-2", "node-3"], nodes.Select(n => n.Key));
        Assert.All(nodes, node => Assert.Equal(node.Key, node.Value.Text("environment/MARKETMANAGER_NODE")));
        Assert.All(nodes, node => Assert.Equal($"http://{node.Key}:8080", node.Value.Text("environment/MARKETMANAGER_NODE_ADDRESS")));
    }

    [Fact]
    public void Proxy_knows_each_node_by_the_address_that_it_has()
    {
        var services = Read("docker/compose.cluster.yml");
        var known = services.List("services/nginx/extra_hosts").Select(host => host.ToString());

        Assert.Equal(Nodes("docker/compose.cluster.yml").Select(n => $"{n.Key}:{n.Value.Text("networks/nodes/ipv4_address")}"), known);
        Assert.All(Nodes("docker/compose.cluster.yml"), node => Assert.Contains($"server {node.Key}:8080 ", Repository.Text("docker/nginx.conf")));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_node_may_take_as_much_memory_as_sizing_says(string file)
    {
        Assert.Contains("allow 3 GiB as the hard limit", Repository.Text("docs/operations.md"), StringComparison.Ordinal);
        Assert.All(Nodes(file), node => Assert.Equal("3g", node.Value.Text("mem_limit")));
    }

    private static JsonNode Read(string file) => Yaml.Documents(Repository.Text(file)).Single();

    private static JsonObject Services(string file) => (JsonObject)Read(file).At("services")!;

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Nodes(string file) =>
        Services(file).Where(service => service.Value.Text("image")!.StartsWith("marketmanager:", StringComparison.Ordinal));

    private static HashSet<string> Keys(JsonNode compose, string part) => [.. (compose.At(part) as JsonObject ?? []).Select(p => p.Key)];

    // Both a list of names and a map with names are allowed.
    private static HashSet<string> References(JsonNode? node) => node switch
    {
        JsonObject map => [.. map.Select(p => p.Key)],
        JsonArray list => [.. list.Select(n => n!.ToString())],
        _ => [],
    };
}
