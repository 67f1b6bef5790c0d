namespace MarketManager.Actors.Access;

/// <summary>What a key may do; each role may also do what those before it may.</summary>
public enum Role
{
    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Also runs exchanges, and switches them on and off.</summary>
    Operator,

    /// <summary>Also handles orders.</summary>
    Trader,

    /// <summary>All else.</summary>
    Admin,
}

/// <summary>An API key as it is kept: never the key itself.</summary>
/// <param name="Id">The public part of the key, by which it is found and named.</param>
/// <param name="Name">For people.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Hash">SHA-256 of the secret part; compared in constant time.</param>
/// <param name="Created">UTC.</param>
/// <param name="Revoked">UTC; null while it is good.</param>
public sealed record ApiKey(string Id, string Name, Role Role, ReadOnlyMemory<byte> Hash, DateTimeOffset Created, DateTimeOffset? Revoked);

/// <summary>Keeps API keys.</summary>
public interface IKeyStore
{
    /// <summary>Keeps a new key.</summary>
    ValueTask Add(ApiKey key, CancellationToken cancellationToken);

    /// <summary>All keys, revoked ones too, oldest first.</summary>
    ValueTask<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken);

    /// <summary>Revokes a key; false where there is none of that id that is good.</summary>
    ValueTask<bool> Revoke(string id, DateTimeOffset at, CancellationToken cancellationToken);
}
