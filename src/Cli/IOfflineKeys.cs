using MarketManager.Actors.Access;

namespace MarketManager.Cli;

/// <summary>Handles API keys in a data folder that no node uses now; the first key of a new node is made this way.</summary>
/// <remarks>Errors that a person can mend (the folder is in use, is not there) come as <see cref="CliException"/>.</remarks>
public interface IOfflineKeys
{
    /// <summary>Where they are, for a person: a folder, or a cluster's database.</summary>
    string Place(string dataFolder);

    /// <summary>Makes a key; creates the store where there is none yet.</summary>
    ValueTask<OfflineKey> Add(string dataFolder, string name, Role role, CancellationToken cancellationToken);

    /// <summary>All keys, revoked ones too, oldest first.</summary>
    ValueTask<IReadOnlyList<ApiKey>> List(string dataFolder, CancellationToken cancellationToken);

    /// <summary>Revokes a key; false where there is none of that id that is good.</summary>
    ValueTask<bool> Revoke(string dataFolder, string id, CancellationToken cancellationToken);
}

/// <summary>A key that was just made.</summary>
/// <param name="Key">As it is kept.</param>
/// <param name="Secret">The whole key, as a client sends it; shown once and kept nowhere.</param>
public sealed record OfflineKey(ApiKey Key, string Secret);
