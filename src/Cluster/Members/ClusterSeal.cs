using System.Security.Cryptography;

namespace MarketManager.Cluster.Members;

/// <summary>What the store keeps of the cluster's secret, so that a node with another one is refused before it is a member.</summary>
/// <remarks>Not a record: those print what they hold, and this holds a secret. Guessing is made slow, as with a password.</remarks>
/// <param name="secret">The cluster's.</param>
public sealed class ClusterSeal(string secret)
{
    private const int Iterations = 100_000;
    private const int Bytes = 32;

    private (Guid Cluster, string Seal)? _last;

    /// <summary>The seal of a cluster of that id under this secret.</summary>
    public string Of(Guid cluster)
    {
        if (_last is not { } last || last.Cluster != cluster)
        {
            var seal = Rfc2898DeriveBytes.Pbkdf2(secret, cluster.ToByteArray(), Iterations, HashAlgorithmName.SHA256, Bytes);
            _last = last = (cluster, Convert.ToBase64String(seal));
        }

        return last.Seal;
    }
}
