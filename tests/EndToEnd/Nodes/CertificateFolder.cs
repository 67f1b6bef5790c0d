using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>A certificate authority that no machine knows, and the certificates that it issues.</summary>
internal sealed class CertificateFolder : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private int _issued;

    public CertificateFolder(string name)
    {
        Path = Directory.CreateTempSubdirectory("ca-").FullName;
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = TimeProvider.System.GetUtcNow();
        _authority = request.CreateSelfSigned(now.AddDays(-2), now.AddDays(2));
        File.WriteAllText(Authority, _authority.ExportCertificatePem());
    }

    public string Path { get; }

    /// <summary>The authority's own certificate.</summary>
    public string Authority => System.IO.Path.Combine(Path, "ca.pem");

    /// <summary>Issues a certificate for a server at an address.</summary>
    public (string Certificate, string Key) Issue(string address)
    {
        var number = ++_issued;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(string.Create(CultureInfo.InvariantCulture, $"CN=node {number}"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(_authority, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(16));
        string file = File(number, "pem"), keyFile = File(number, "key");
        System.IO.File.WriteAllText(file, certificate.ExportCertificatePem());
        System.IO.File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (file, keyFile);

        string File(int of, string ending) => System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"node-{of}.{ending}"));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}
