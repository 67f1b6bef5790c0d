using System.Text.Json;
using System.Text.Json.Nodes;
using MarketManager.Actors.Access;
using MarketManager.Cli.Http;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Keys;

/// <summary>The keys, wherever they can be reached: at a node, else where a node that is down keeps them.</summary>
internal abstract class KeyRing
{
    /// <summary>The node's, if one answers; a folder is only opened where nothing listens on its socket.</summary>
    public static async Task<KeyRing> Of(CliSession session, CancellationToken cancellationToken)
    {
        if (session.Address is NodeAddress.LocalSocket && session.Context.OfflineKeys is { } offline)
        {
            try
            {
                await session.Node.Get("api/status/", cancellationToken);
            }
            catch (CliException nobody) when (nobody.ExitCode == ExitCode.NotFound)
            {
                session.Say($"no node runs here; these are the keys in {offline.Place(session.DataFolder)}");
                return new Offline(offline, session.DataFolder);
            }
        }

        return new AtNode(session.Node);
    }

    /// <summary>Makes a key; its JSON shows the secret, as nothing does later.</summary>
    public abstract Task<JsonElement> Add(string name, string role, CancellationToken cancellationToken);

    /// <summary>All keys, in the API's form.</summary>
    public abstract Task<IReadOnlyList<JsonElement>> List(CancellationToken cancellationToken);

    /// <summary>Revokes a key; one that is not there, or not good any more, is an error.</summary>
    public abstract Task Revoke(string id, CancellationToken cancellationToken);

    private sealed class AtNode(NodeClient node) : KeyRing
    {
        public override async Task<JsonElement> Add(string name, string role, CancellationToken cancellationToken) =>
            (await node.Send(
                NodeRequest.Post("api/keys/", new JsonObject { ["name"] = name, ["role"] = role }) with { Repeatable = false },
                cancellationToken)).Json; // A node keeps no answer that shows a key, so it cannot repeat it.

        public override async Task<IReadOnlyList<JsonElement>> List(CancellationToken cancellationToken) =>
            (await Listing.ReadAll(node, "api/keys/", cancellationToken)).Items;

        public override Task Revoke(string id, CancellationToken cancellationToken) => node.Send(
            NodeRequest.Delete($"api/keys/{Uri.EscapeDataString(id)}/"), cancellationToken);
    }

    private sealed class Offline(IOfflineKeys keys, string folder) : KeyRing
    {
        public override async Task<JsonElement> Add(string name, string role, CancellationToken cancellationToken)
        {
            var made = await keys.Add(folder, name, Enum.Parse<Role>(role, ignoreCase: true), cancellationToken);
            return ToJson(made.Key, made.Secret);
        }

        public override async Task<IReadOnlyList<JsonElement>> List(CancellationToken cancellationToken) =>
            [.. (await keys.List(folder, cancellationToken)).Select(key => ToJson(key, secret: null))];

        public override async Task Revoke(string id, CancellationToken cancellationToken)
        {
            if (!await keys.Revoke(folder, id, cancellationToken))
            {
                throw new CliException(ExitCode.NotFound, $"no key '{id}' that is good; 'marketmanager keys list' shows them");
            }
        }

        private static JsonElement ToJson(ApiKey key, string? secret) => WireJson.Write(
            new Key(key.Id, key.Name, key.Role.ToString().ToLowerInvariant(), key.Created, key.Revoked) { Secret = secret });
    }
}
