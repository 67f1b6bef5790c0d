using System.Text.RegularExpressions;
using MarketManager.Host.Settings;
using Xunit;

namespace MarketManager.Deployment.Tests;

/// <summary>What is deployed sets what the program knows.</summary>
public sealed partial class SettingsTests
{
    private static readonly string[] Names =
        [.. KnownSettings.All.Select(s => s.Variable), .. KnownSettings.All.Where(s => s.Secret).Select(s => s.FileVariable)];

    // What others than a node read: the command line its key, compose the tag of the image.
    private static readonly string[] OfOthers = ["MARKETMANAGER_KEY", "MARKETMANAGER_KEY_FILE", "MARKETMANAGER_TAG"];

    public static TheoryData<string> Files => new([.. Repository.Files("docker"), "docs/operations.md"]);

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_variable_is_a_known_setting(string file) =>
        Assert.Empty(Variable().Matches(Repository.Text(file)).Select(match => match.Value).Distinct().Except(Names).Except(OfOthers));

    [Fact]
    public void One_node_in_compose_is_set_up_so_that_it_starts()
    {
        var node = Yaml.Documents(Repository.Text("docker/compose.single.yml")).Single().At("services/node");

        var settings = Read([.. Image.Dockerfile.OfRepository().Image.Variables, .. node.Map("environment")]);
        Assert.Equal(("/data", NodeEnvironment.Production, true), (settings.DataFolder, settings.Environment, settings.BehindProxy));
    }

    [Fact]
    public void One_node_under_systemd_is_set_up_so_that_it_starts()
    {
        string[] units = ["docker/systemd/marketmanager.service", "docker/systemd/tls.conf"];
        var settings = Read(units.SelectMany(unit => EnvironmentLine().Matches(Repository.Text(unit)))
            .Select(line => KeyValuePair.Create(line.Groups[1].Value, line.Groups[2].Value.Replace("%d", "/run/credentials", StringComparison.Ordinal))));

        Assert.Equal(("/var/lib/marketmanager", true), (settings.DataFolder, settings.Urls.Single().IsSecure));
        Assert.Equal("/run/credentials/certificate.pem", settings.Certificate);
    }

    [Theory]
    [InlineData("node-1")]
    [InlineData("node-2")]
    [InlineData("node-3")]
    public void Node_of_the_cluster_in_compose_is_set_up_so_that_it_starts(string name)
    {
        var node = Yaml.Documents(Repository.Text("docker/compose.cluster.yml")).Single().At($"services/{name}");

        var settings = Read([.. Image.Dockerfile.OfRepository().Image.Variables, .. WithSecrets(node.Map("environment"))]);
        Assert.Equal((name, new ClusterSettings(Postgres, Secret, TimeSpan.FromSeconds(5), "default")), (settings.NodeName, settings.Cluster));
    }

    private const string Secret = "what the file of a secret holds";
    private const string Postgres = "Host=postgres";

    // The files of the secrets are the operator's; only their names are deployed.
    private static IEnumerable<KeyValuePair<string, string>> WithSecrets(IEnumerable<KeyValuePair<string, string>> variables) =>
        variables.Select(variable => variable.Key.EndsWith("_FILE", StringComparison.Ordinal)
            ? KeyValuePair.Create(variable.Key[..^"_FILE".Length], variable.Key.Contains("POSTGRES", StringComparison.Ordinal) ? Postgres : Secret)
            : variable);

    private static NodeSettings Read(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var strongest = new Dictionary<string, string>();
        foreach (var (name, value) in variables)
        {
            strongest[name] = value;
        }

        return new SettingsReader(strongest, [Path.Combine(Repository.Root, "config")]).Read([]);
    }

    [GeneratedRegex("MARKETMANAGER_[A-Z]+(_[A-Z]+)*")]
    private static partial Regex Variable();

    [GeneratedRegex("^Environment=([A-Z_]+)=(.*)$", RegexOptions.Multiline)]
    private static partial Regex EnvironmentLine();
}
