using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MarketManager.Cluster.Peers.Wire;

/// <summary>Says why a node's certificate is not accepted, where the framework says only that it is not.</summary>
internal static class PeerCertificate
{
    /// <summary>Accepts what was found to be in order.</summary>
    /// <param name="certificate">What the peer showed.</param>
    /// <param name="chain">How far it was followed.</param>
    /// <param name="errors">What was found.</param>
    /// <param name="host">Whom it should be for.</param>
    /// <param name="authorities">Who could have vouched for it, in words.</param>
    /// <exception cref="AuthenticationException">It is not in order.</exception>
    public static bool Check(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, string host, string authorities)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        var isForHost = (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0;
        throw new AuthenticationException(certificate is X509Certificate2 shown
            ? $"its certificate {WhyNot(shown, chain, isForHost ? null : host, authorities)}"
            : "it shows no certificate");
    }

    /// <summary>What is wrong with a certificate, as the end of a sentence about it.</summary>
    /// <param name="certificate">Whose chain was not in order, or whose name is not.</param>
    /// <param name="chain">How far it was followed.</param>
    /// <param name="otherHost">Whom it should be for; null where it is.</param>
    /// <param name="authorities">Who could have vouched for it, in words.</param>
    public static string WhyNot(X509Certificate2 certificate, X509Chain? chain, string? otherHost, string authorities)
    {
        var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        if ((status & X509ChainStatusFlags.NotTimeValid) != 0)
        {
            return $"is good from {certificate.NotBefore:yyyy-MM-dd} to {certificate.NotAfter:yyyy-MM-dd} only, or its issuer's is over";
        }

        var issuer = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true);
        return status == X509ChainStatusFlags.NoError && otherHost is not null
            ? $"is not for {otherHost}"
            : $"was issued by '{issuer}', and {authorities} do not vouch for it ({status})";
    }
}
