using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace MarketManager.Actors.Access;

/// <summary>An API key in the form in which it is shown once: <c>mm_{id}_{secret}</c>.</summary>
/// <remarks>The id names the key and is no secret. The secret has 256 random bits, so a plain hash keeps it: there is
/// nothing to guess that a slow hash would protect.</remarks>
public static class KeySecret
{
    private const string Prefix = "mm_";
    private const int IdBytes = 6;
    private const int SecretBytes = 32;

    /// <summary>Makes a new key.</summary>
    /// <param name="name">For people.</param>
    /// <param name="role">What it may do.</param>
    /// <param name="now">UTC.</param>
    /// <returns>The key as it is kept, and its text, which is to be shown once and then forgotten.</returns>
    public static (ApiKey Key, string Text) Create(string name, Role role, DateTimeOffset now)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return (new ApiKey(id, name, role, Hash(secret), now, null), $"{Prefix}{id}_{secret}");
    }

    /// <summary>Takes a key's text apart; false where it has not the form of one.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? id, [NotNullWhen(true)] out string? secret)
    {
        id = secret = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > 256)
        {
            return false;
        }

        var rest = text[Prefix.Length..];
        var end = rest.IndexOf('_');
        if (end <= 0 || end == rest.Length - 1)
        {
            return false;
        }

        (id, secret) = (rest[..end].ToString(), rest[(end + 1)..].ToString());
        return true;
    }

    /// <summary>Whether a secret is the one of a key; takes the same time wherever they differ.</summary>
    public static bool Matches(ApiKey key, string secret) =>
        CryptographicOperations.FixedTimeEquals(key.Hash.Span, Hash(secret));

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
