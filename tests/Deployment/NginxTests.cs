using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Xunit;

namespace MarketManager.Deployment.Tests;

public sealed partial class NginxTests
{
    private const string File = "docker/nginx.conf";

    [Fact]
    public void Request_that_may_have_been_carried_out_is_not_sent_again()
    {
        var retries = NextUpstream().Matches(Repository.Text(File)).Select(match => match.Groups[1].Value);

        // The first is of the health check, which does nothing.
        Assert.Equal(["error timeout http_503", "error timeout"], retries);
    }

    [FactWith("nginx")]
    public async Task Nginx_accepts_its_file()
    {
        var folder = Directory.CreateTempSubdirectory("nginx-");
        try
        {
            var path = System.IO.Path.Combine(folder.FullName, "nginx.conf");
            await System.IO.File.WriteAllTextAsync(path, WithCertificate(folder.FullName));

            var (exitCode, _, error) = await Programs.Run(new ProcessStartInfo(Programs.Find("nginx")!, ["-t", "-c", path, "-p", folder.FullName]));
            Assert.True(exitCode == 0, error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // nginx reads certificates and looks names up when it checks.
    private static string WithCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        System.IO.File.WriteAllText(System.IO.Path.Combine(folder, "certificate.pem"), certificate.ExportCertificatePem());
        System.IO.File.WriteAllText(System.IO.Path.Combine(folder, "certificate.key"), key.ExportPkcs8PrivateKeyPem());
        return NodeName().Replace(Repository.Text(File).Replace("/run/secrets", folder, StringComparison.Ordinal), "127.0.0.1:8080");
    }

    [GeneratedRegex(@"^\s*proxy_next_upstream (.*);", RegexOptions.Multiline)]
    private static partial Regex NextUpstream();

    [GeneratedRegex(@"node-\d:8080")]
    private static partial Regex NodeName();
}
