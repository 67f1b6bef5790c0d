using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MarketManager.Cli.Http;

/// <summary>A node showed a certificate that this machine does not accept; the message says why and what to do.</summary>
internal sealed class RejectedCertificateException(string reason) : AuthenticationException(reason)
{
    /// <summary>Accepts what the system accepts; for the rest, keeps the reason that the exception of the framework loses.</summary>
    public static bool Check(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => errors == SslPolicyErrors.None
        ? true
        : throw new RejectedCertificateException(Reason(certificate as X509Certificate2, chain, errors));

    private static string Reason(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "it has none";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"it is for another name ({certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)}); use that in --url";
        }

        var status = chain?.ChainStatus.FirstOrDefault().Status;
        return status == X509ChainStatusFlags.NotTimeValid
            ? $"it is good from {certificate.NotBefore:yyyy-MM-dd} to {certificate.NotAfter:yyyy-MM-dd} only"
            : $"its issuer ({certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true)}) is not trusted here; "
                + "name a file with the issuer's certificate in SSL_CERT_FILE, or install it on this system";
    }
}
