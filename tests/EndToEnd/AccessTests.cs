using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests;

public sealed class AccessTests : IDisposable
{
    private readonly DataFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Node_for_other_machines_starts_only_with_tls_and_a_key()
    {
        var plain = await Run("http://0.0.0.0:0");
        Assert.Equal(5, plain.ExitCode);
        Assert.Contains("--certificate", plain.Error, StringComparison.Ordinal);

        var (certificate, key) = MakeCertificate();
        var keyless = await Run("https://0.0.0.0:0", "--certificate", certificate, "--certificate-key", key);
        Assert.Equal(5, keyless.ExitCode);
        Assert.Contains("marketmanager keys add", keyless.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_that_cannot_be_read_is_named()
    {
        await Invocation.Run("keys", "add", "one", "--role", "admin", "--data", _data.Path);
        var outcome = await Run("https://0.0.0.0:0", "--certificate", "/nowhere/tls.pem");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("/nowhere/tls.pem", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_made_before_the_first_start_opens_a_node_behind_a_proxy()
    {
        var made = await Invocation.Run("keys", "add", "first", "--role", "viewer", "--data", _data.Path, "--output", "json");
        Assert.True(made.ExitCode == 0, made.Error);
        var key = System.Text.Json.JsonDocument.Parse(made.Out).RootElement.GetProperty("key").GetString();

        await using var node = await RunningNode.Start(_data, "--behind-proxy");
        Assert.Equal(HttpStatusCode.Unauthorized, (await node.Http.GetAsync("api/exchanges/")).StatusCode);
        node.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        Assert.Equal(HttpStatusCode.OK, (await node.Http.GetAsync("api/exchanges/")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await node.Http.PostAsync("api/pause/", null)).StatusCode);
    }

    private Task<Outcome> Run(string url, params string[] options) =>
        Invocation.Run(["run", "--data", _data.Path, "--urls", url, .. options]);

    private (string Certificate, string Key) MakeCertificate()
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        string certificate = Path.Combine(_data.Path, "tls.pem"), key = Path.Combine(_data.Path, "tls.key");
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(key, rsa.ExportPkcs8PrivateKeyPem());
        return (certificate, key);
    }
}
