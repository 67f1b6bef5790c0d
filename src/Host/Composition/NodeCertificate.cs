using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MarketManager.Cli;
using MarketManager.Cluster.Peers;
using MarketManager.Host.Settings;

namespace MarketManager.Host.Composition;

/// <summary>What a node shows to whoever connects to it over TLS.</summary>
/// <param name="Certificate">With its key.</param>
/// <param name="Chain">What is sent along with it.</param>
internal sealed record NodeCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain)
{
    /// <summary>Reads it from the files that are set; null where none is.</summary>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static NodeCertificate? Read(NodeSettings settings)
    {
        if (settings.Certificate is not { } file)
        {
            return null;
        }

        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            return new NodeCertificate(X509Certificate2.CreateFromPemFile(file, settings.CertificateKey), chain);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            var files = settings.CertificateKey is { } key ? $"{file} and {key}" : file;
            throw new CliException(ExitCode.Failed, $"no certificate with its key could be read from {files}: {e.Message}");
        }
    }

    /// <summary>Reads who vouches for the nodes of the cluster; null where that is left to the machine.</summary>
    /// <remarks>A node whose own certificate the others would not accept does not start: it would take exchanges that nobody can ask for.</remarks>
    /// <exception cref="CliException">They cannot be read, or do not vouch for this node.</exception>
    public static PeerAuthorities? ReadAuthorities(NodeSettings settings)
    {
        if (settings.Cluster?.Authority is not { } file)
        {
            return null;
        }

        PeerAuthorities authorities;
        try
        {
            authorities = PeerAuthorities.Read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CliException(
                ExitCode.Failed, $"no authority could be read from {file} ({KnownSettings.ClusterAuthority.Option}): {e.Message}");
        }

        var address = new Uri(NodeIdentity.AddressOf(settings));
        return address.Scheme == Uri.UriSchemeHttps && Read(settings) is { } own && authorities.WhyNot(own.Certificate, own.Chain, address) is { } why
            ? throw new CliException(ExitCode.Failed, $"other nodes would not accept the certificate {settings.Certificate} of {address.Authority}: it {why}")
            : authorities;
    }
}
