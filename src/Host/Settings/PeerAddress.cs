using System.Net;

namespace MarketManager.Host.Settings;

/// <summary>Whether the other nodes of a cluster can reach a node at an address.</summary>
internal static class PeerAddress
{
    /// <summary>What to do where they cannot.</summary>
    public const string Advice = "set --node-address to where the other nodes reach this one";

    /// <summary>Why they cannot, as the end of a sentence; null where nothing can be seen that would keep them. Repeats no password.</summary>
    public static string? ProblemOf(Uri address) =>
        address.UserInfo.Length > 0 ? $"has a user name or a password in it; {Advice}"
        : address.PathAndQuery != "/" || address.Fragment.Length > 0 ? $"has more than scheme, host and port; {Advice}"
        : ProblemOf(address.IdnHost, address.Port);

    /// <summary>The same of an address that is listened on.</summary>
    public static string? ProblemOf(ListenAddress address) => ProblemOf(address.Host, address.Port);

    /// <summary>One who lives elsewhere and cannot reach a node that says it is on the machine itself; null: nobody.</summary>
    public static Uri? Stranger(Uri address, IEnumerable<Uri> members) =>
        address.IsLoopback ? members.FirstOrDefault(member => !member.IsLoopback) : null;

    private static string? ProblemOf(string host, int port) =>
        host == "*" || (IPAddress.TryParse(host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
            ? $"stands for all addresses of this machine, none of which it names; {Advice}"
        : port == 0 ? $"leaves the port open; {Advice}"
        : null;
}
