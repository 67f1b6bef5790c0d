using System.Globalization;
using System.Text.Json.Nodes;
using MarketManager.Host.Settings;
using Xunit;

namespace MarketManager.Deployment.Tests;

public sealed class KubernetesTests
{
    private const string Folder = "docker/kubernetes";
    private const string Container = "spec/template/spec/containers/0";

    public static TheoryData<string> Kustomizations => new(Repository.Files(Folder, "kustomization.yaml"));

    [Theory]
    [MemberData(nameof(Kustomizations))]
    public void What_a_kustomization_names_is_there(string file)
    {
        var kustomization = Yaml.Documents(Repository.Text(file)).Single();
        var folder = Path.Combine(Repository.Root, Path.GetDirectoryName(file)!);

        Assert.All(kustomization.List("resources"), resource =>
            Assert.True(Path.Exists(Path.Combine(folder, resource.ToString())), $"{file}: {resource}"));
        Assert.All(kustomization.List("secretGenerator").SelectMany(secret => secret.List("files")), secret =>
            Assert.True(File.Exists(Path.Combine(folder, secret.ToString())), $"{file}: {secret}"));
    }

    [Fact]
    public void Every_file_is_yaml()
    {
        var files = Repository.Files(Folder, "*.yaml").ToList();

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.NotEmpty(Yaml.Documents(Repository.Text(file))));
    }

    // An empty cluster secret and a name that never resolves (RFC 2606): whoever forgets to replace them gets no cluster, not an open one.
    [Fact]
    public void Placeholders_of_secrets_start_nothing()
    {
        Assert.Contains("Host=replace-me.invalid;", Repository.Text($"{Folder}/base/secrets/postgres"));
        Assert.Equal(string.Empty, Repository.Text($"{Folder}/base/secrets/cluster-secret"));
    }

    [TheoryWith("kubectl")]
    [InlineData("all-in-one", "marketmanager")]
    [InlineData("split", "marketmanager-api", "marketmanager-gather")]
    public async Task Overlay_has_the_deployments_of_its_name(string overlay, params string[] deployments)
    {
        var rendered = await Rendered.Overlay(overlay);

        Assert.Equal(deployments, rendered.Deployments.Select(d => d.Text("metadata/name")));
        Assert.All(rendered.Deployments, d => Assert.Equal([d.Text("metadata/name")!], rendered.Select(d.At("spec/selector/matchLabels"))));
        Assert.All(rendered.Deployments, d => Assert.True(int.Parse(d.Text("spec/replicas")!, CultureInfo.InvariantCulture) > 1));
    }

    [TheoryWith("kubectl")]
    [InlineData("all-in-one", "marketmanager")]
    [InlineData("split", "marketmanager-api")]
    public async Task Service_leads_to_the_nodes_that_answer_requests(string overlay, string deployment)
    {
        var rendered = await Rendered.Overlay(overlay);
        var service = rendered.Named("Service", "marketmanager");

        Assert.Equal([deployment], rendered.Select(service.At("spec/selector")));
        Assert.Equal(service.Text("spec/ports/0/targetPort"), rendered.Named("Deployment", deployment).Text($"{Container}/ports/0/name"));
        Assert.Contains("api", Roles(rendered.Named("Deployment", deployment)));
    }

    [TheoryWith("kubectl")]
    [InlineData("all-in-one", "marketmanager")]
    [InlineData("split", "marketmanager-gather")]
    public async Task Venues_are_reached_by_the_nodes_that_gather(string overlay, string deployment)
    {
        var rendered = await Rendered.Overlay(overlay);

        Assert.Equal([deployment], rendered.Select(rendered.Named("NetworkPolicy", "marketmanager-venues").At("spec/podSelector/matchLabels")));
        Assert.Equal([deployment], rendered.Deployments.Where(d => Roles(d).Contains("gather")).Select(d => d.Text("metadata/name")));
    }

    [TheoryWith("kubectl")]
    [InlineData("all-in-one")]
    [InlineData("split")]
    public async Task Every_role_is_done_by_somebody(string overlay)
    {
        var rendered = await Rendered.Overlay(overlay);

        Assert.Equal(["api", "gather", "store", "trade"], rendered.Deployments.SelectMany(Roles).Distinct().Order());
    }

    [TheoryWith("kubectl")]
    [InlineData("all-in-one")]
    [InlineData("split")]
    public async Task Each_deployment_has_its_disruption_budget_and_its_traffic_is_limited(string overlay)
    {
        var rendered = await Rendered.Overlay(overlay);
        var names = rendered.Deployments.Select(d => d.Text("metadata/name")!).ToList();
        var policy = rendered.Named("NetworkPolicy", "marketmanager");

        Assert.Equal(names, rendered.Of("PodDisruptionBudget").SelectMany(budget => rendered.Select(budget.At("spec/selector/matchLabels"))));
        Assert.Equal(names, rendered.Select(policy.At("spec/podSelector/matchLabels")));
        var port = rendered.Deployments.First().Text($"{Container}/ports/0/containerPort");
        Assert.All(policy.List("spec/ingress").Append(policy.At("spec/egress/0")!), rule => Assert.Equal(port, rule.Text("ports/0/port")));
    }

    [TheoryWith("kubectl")]
    [InlineData("all-in-one")]
    [InlineData("split")]
    public async Task Variables_are_settings_and_name_files_that_are_mounted(string overlay)
    {
        var rendered = await Rendered.Overlay(overlay);
        foreach (var deployment in rendered.Deployments)
        {
            var variables = deployment.List($"{Container}/env").ToDictionary(v => v.Text("name")!, v => v.Text("value"));
            var known = KnownSettings.All.SelectMany(s => s.Secret ? new[] { s.Variable, s.FileVariable } : [s.Variable]).Append("POD_IP");
            Assert.Empty(variables.Keys.Except(known));

            var volume = deployment.List("spec/template/spec/volumes").Single(v => v.Text("name") == "secrets");
            var mount = deployment.List($"{Container}/volumeMounts").Single(m => m.Text("name") == "secrets").Text("mountPath");
            var secret = rendered.Named("Secret", volume.Text("secret/secretName")!);
            Assert.Equal(
                secret.Map("data").Keys.Select(key => $"{mount}/{key}").Order(),
                variables.Where(v => v.Key.EndsWith("_FILE", StringComparison.Ordinal)).Select(v => v.Value!).Order());
        }
    }

    [TheoryWith("kubectl")]
    [InlineData("all-in-one")]
    [InlineData("split")]
    public async Task Pods_are_guarded_and_write_only_where_something_is_mounted(string overlay)
    {
        foreach (var deployment in (await Rendered.Overlay(overlay)).Deployments)
        {
            var pod = deployment.At("spec/template/spec");
            Assert.Equal("false", pod.Text("enableServiceLinks"));
            Assert.Equal("false", pod.Text("automountServiceAccountToken"));
            Assert.Equal("true", pod.Text("securityContext/runAsNonRoot"));
            Assert.Equal(Image.Dockerfile.OfRepository().Image.User, $"{pod.Text("securityContext/runAsUser")}:{pod.Text("securityContext/runAsGroup")}");
            Assert.Equal("RuntimeDefault", pod.Text("securityContext/seccompProfile/type"));
            Assert.Equal("false", deployment.Text($"{Container}/securityContext/allowPrivilegeEscalation"));
            Assert.Equal("true", deployment.Text($"{Container}/securityContext/readOnlyRootFilesystem"));
            Assert.Equal("ALL", deployment.Text($"{Container}/securityContext/capabilities/drop/0"));

            var volumes = pod.List("volumes").Select(v => v.Text("name"));
            var mounts = deployment.List($"{Container}/volumeMounts");
            Assert.Equal(volumes, mounts.Select(m => m.Text("name")));
            Assert.Equal(["/data", "/tmp"], mounts.Where(m => m.At("readOnly") is null).Select(m => m.Text("mountPath")));
        }
    }

    [TheoryWith("kubectl")]
    [InlineData("all-in-one")]
    [InlineData("split")]
    public async Task Pods_are_probed_spread_and_given_time_to_leave(string overlay)
    {
        foreach (var deployment in (await Rendered.Overlay(overlay)).Deployments)
        {
            var port = deployment.Text($"{Container}/ports/0/name");
            foreach (var (probe, path) in new[] { ("startup", "live"), ("liveness", "live"), ("readiness", "ready") })
            {
                Assert.Equal(($"/healthz/{path}", port), (deployment.Text($"{Container}/{probe}Probe/httpGet/path"), deployment.Text($"{Container}/{probe}Probe/httpGet/port")));
            }

            var spread = deployment.List("spec/template/spec/topologySpreadConstraints").ToList();
            Assert.Equal(["kubernetes.io/hostname", "topology.kubernetes.io/zone"], spread.Select(s => s.Text("topologyKey")));
            Assert.All(spread, s => Assert.True(JsonNode.DeepEquals(s.At("labelSelector"), deployment.At("spec/selector"))));

            // A node that hangs gives up after 15 s.
            var pause = int.Parse(deployment.Text($"{Container}/lifecycle/preStop/exec/command/1")!, CultureInfo.InvariantCulture);
            Assert.True(int.Parse(deployment.Text("spec/template/spec/terminationGracePeriodSeconds")!, CultureInfo.InvariantCulture) > pause + 15);
        }
    }

    [TheoryWith("kubectl")]
    [InlineData("all-in-one")]
    [InlineData("split")]
    public async Task Nodes_are_named_after_their_pods_and_reached_at_their_addresses(string overlay)
    {
        foreach (var deployment in (await Rendered.Overlay(overlay)).Deployments)
        {
            var variables = deployment.List($"{Container}/env").ToList();
            Assert.Equal("metadata.name", variables.Single(v => v.Text("name") == "MARKETMANAGER_NODE").Text("valueFrom/fieldRef/fieldPath"));

            // A variable is put into another one only where it stands before it.
            var names = variables.ConvertAll(v => v.Text("name"));
            Assert.True(names.IndexOf("POD_IP") < names.IndexOf("MARKETMANAGER_NODE_ADDRESS"));
            Assert.Equal(
                $"http://$(POD_IP):{deployment.Text($"{Container}/ports/0/containerPort")}",
                variables.Single(v => v.Text("name") == "MARKETMANAGER_NODE_ADDRESS").Text("value"));
        }
    }

    private static string[] Roles(JsonNode deployment) =>
        deployment.List($"{Container}/env").Single(v => v.Text("name") == "MARKETMANAGER_ROLES").Text("value")!.Split(',');
}
