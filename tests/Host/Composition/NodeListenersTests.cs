using System.Net.Sockets;
using MarketManager.Cli;
using MarketManager.Host.Composition;
using MarketManager.Host.Settings;
using Xunit;

namespace MarketManager.Host.Tests.Composition;

public sealed class NodeListenersTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("socket-");

    public void Dispose() => _folder.Delete(recursive: true);

    private string SocketFile => Path.Combine(_folder.FullName, "node.sock");

    [Fact]
    public async Task Socket_of_a_dead_node_makes_room()
    {
        // Nobody answers on it, as on the socket of a process that died.
        await File.WriteAllTextAsync(SocketFile, string.Empty);

        await new NodeListeners(new NodeSettings(), SocketFile).PrepareSocket(CancellationToken.None);
        Assert.False(File.Exists(SocketFile));
    }

    [Fact]
    public async Task Socket_that_somebody_answers_on_stays()
    {
        using var listener = Listen();
        var refused = await Assert.ThrowsAsync<CliException>(
            () => new NodeListeners(new NodeSettings(), SocketFile).PrepareSocket(CancellationToken.None));
        Assert.Equal(ExitCode.Conflict, refused.ExitCode);
        Assert.True(File.Exists(SocketFile));
    }

    private Socket Listen()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(SocketFile));
        socket.Listen();
        return socket;
    }
}
