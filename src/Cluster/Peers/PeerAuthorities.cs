using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MarketManager.Cluster.Peers.Wire;

namespace MarketManager.Cluster.Peers;

/// <summary>The only authorities that may vouch for the certificates of nodes; the machine's own do not count.</summary>
/// <remarks>What they revoked is not looked up: an authority of one's own rarely publishes it.</remarks>
public sealed class PeerAuthorities
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly string _file;
    private readonly X509Certificate2Collection _certificates = [];

    private PeerAuthorities(string file) => _file = file;

    /// <summary>Reads a PEM file with at least one certificate.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for this user.</exception>
    /// <exception cref="CryptographicException">There is no certificate in it, or one that cannot be read.</exception>
    public static PeerAuthorities Read(string file)
    {
        var read = new PeerAuthorities(file);
        read._certificates.ImportFromPemFile(file);
        return read._certificates.Count > 0 ? read : throw new CryptographicException("there is no certificate in it");
    }

    /// <summary>Why other nodes that go by the same authorities will not accept a certificate; null where they will.</summary>
    /// <param name="certificate">Of the node.</param>
    /// <param name="chain">What the node sends along with it.</param>
    /// <param name="address">Where the others reach it.</param>
    /// <returns>What it is or is not, such as "is not for ...".</returns>
    public string? WhyNot(X509Certificate2 certificate, X509Certificate2Collection chain, Uri address)
    {
        using var look = new X509Chain { ChainPolicy = Policy() };
        look.ChainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        look.ChainPolicy.ExtraStore.AddRange(chain);
        var isVouchedFor = look.Build(certificate);
        var isForAddress = certificate.MatchesHostname(address.DnsSafeHost);
        return isVouchedFor && isForAddress
            ? null
            : PeerCertificate.WhyNot(certificate, look, isForAddress ? null : address.DnsSafeHost, ToString());
    }

    /// <summary>For messages.</summary>
    public override string ToString() => $"those in {_file}";

    internal X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_certificates);
        return policy;
    }
}
