using MarketManager.Host.Settings;

namespace MarketManager.Host.Access;

/// <summary>Who may use a node over the network. The UNIX socket is always open for the user who runs the node.</summary>
public abstract record AccessRule
{
    private AccessRule()
    {
    }

    /// <summary>Bound to loopback only: open for the users of this machine, without keys.</summary>
    public sealed record OpenOnLoopback : AccessRule;

    /// <summary>Every request carries a key.</summary>
    public sealed record KeysRequired : AccessRule;

    /// <summary>A node that would be open to strangers does not start.</summary>
    /// <param name="Why">What is missing, and how to give it.</param>
    public sealed record Refused(string Why) : AccessRule;

    /// <summary>Decides by where a node is bound and what guards it.</summary>
    /// <param name="settings">Where it listens, its certificate, whether a proxy stands in front.</param>
    /// <param name="goodKeys">Keys in the store that are not revoked.</param>
    /// <remarks>Behind a proxy even loopback needs keys: there the proxy's strangers come in.</remarks>
    public static AccessRule Decide(NodeSettings settings, int goodKeys)
    {
        if (settings.Urls.FirstOrDefault(u => u.IsSecure) is { } secure && settings.Certificate is null)
        {
            return new Refused($"{secure} needs a certificate: give --certificate FILE and --certificate-key FILE (PEM).");
        }

        var exposed = settings.Urls.FirstOrDefault(u => !u.IsLoopback);
        if (exposed is null && !settings.BehindProxy)
        {
            return new OpenOnLoopback();
        }

        if (!settings.BehindProxy && settings.Urls.FirstOrDefault(u => !u.IsLoopback && !u.IsSecure) is { } plain)
        {
            return new Refused(
                $"{plain} can be reached from other machines, and plain http would show keys to the network. Use https with "
                + "--certificate FILE and --certificate-key FILE, or --behind-proxy where a proxy in front speaks TLS, or bind to 127.0.0.1.");
        }

        return goodKeys > 0
            ? new KeysRequired()
            : new Refused(
                $"{(exposed is null ? "A node behind a proxy" : exposed)} can be reached from other machines, and there is no API key yet. "
                + "Add one first: marketmanager keys add NAME --role admin "
                + (settings.Cluster is null ? $"--data {settings.DataFolder}" : "(with MARKETMANAGER_POSTGRES, or ..._FILE, set as for this node)"));
    }
}
