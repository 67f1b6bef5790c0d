using System.Net;
using System.Net.Sockets;

namespace MarketManager.Cluster.Tests.Peers;

/// <summary>Stands between two nodes, and cuts what passes.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Uri _to;
    private readonly Func<(int There, int Back)> _next;
    private readonly Task _accepting;

    /// <param name="to">Where it all goes.</param>
    /// <param name="next">After how many bytes in each direction the next connection is cut.</param>
    public CuttingProxy(Uri to, Func<(int There, int Back)> next)
    {
        _to = to;
        _next = next;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _accepting = Accept();
    }

    public Uri Address { get; }

    public int Connections { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task Accept()
    {
        List<Task> all = [];
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_stopping.Token);
                Connections++;
                all.Add(Carry(near, _next()));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(all);
        }
    }

    private async Task Carry(Socket near, (int There, int Back) cut)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        using var stop = _stopping.Token.Register(() =>
        {
            near.Dispose();
            far.Dispose();
        });
        try
        {
            await far.ConnectAsync(_to.Host, _to.Port, _stopping.Token);
            await await Task.WhenAny(Pass(near, far, cut.There), Pass(far, near, cut.Back));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Cut by either side.
        }

        // Without a word to either side, whatever is still on its way.
        near.Close(0);
        far.Close(0);
    }

    private static async Task Pass(Socket from, Socket to, int bytes)
    {
        var buffer = new byte[4096];
        while (bytes > 0 && await from.ReceiveAsync(buffer.AsMemory(0, Math.Min(bytes, buffer.Length))) is var read and > 0)
        {
            await to.SendAsync(buffer.AsMemory(0, read));
            bytes -= read;
        }
    }
}
