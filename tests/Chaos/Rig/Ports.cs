using System.Net;
using System.Net.Sockets;

namespace MarketManager.Chaos.Tests.Rig;

/// <summary>Ports of the loopback device.</summary>
internal static class Ports
{
    // Outside the range from which the system takes ports for callers, so that none is taken while its owner is down.
    private static int _next = 20_000 + (Environment.ProcessId % 50 * 200);

    /// <summary>One that nobody listens on, and that is given out once.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Interlocked.Increment(ref _next);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody else has it.
            }
        }
    }
}
