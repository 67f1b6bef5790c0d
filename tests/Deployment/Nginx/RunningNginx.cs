using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace MarketManager.Deployment.Tests.Nginx;

/// <summary>nginx with the file that is deployed: only ports, addresses and folders are others.</summary>
internal sealed partial class RunningNginx : IAsyncDisposable
{
    public const string File = "docker/nginx.conf";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly string _folder;
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly HttpClient _client;

    private RunningNginx(string folder, string file, int port)
    {
        _folder = folder;
        _process = new Process { StartInfo = Command(folder, file, "-g", "daemon off;") };
        _process.StartInfo.RedirectStandardOutput = _process.StartInfo.RedirectStandardError = true;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var own = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "certificate.pem"));
        var expected = own.GetCertHashString(HashAlgorithmName.SHA256);
        _client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString(HashAlgorithmName.SHA256) == expected },
        })
        {
            BaseAddress = new Uri($"https://127.0.0.1:{port}"),
            Timeout = Patience,
        };
    }

    /// <summary>Has nginx check the file.</summary>
    public static async Task Check()
    {
        var folder = Directory.CreateTempSubdirectory("nginx-").FullName;
        try
        {
            var (exitCode, _, error) = await Programs.Run(Command(folder, Write(folder, [8080, 8080, 8080], [8080, 8443, 8079]), "-t"));
            Assert.True(exitCode == 0, error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Starts it in front of nodes on these ports of the loopback address.</summary>
    public static async Task<RunningNginx> Start(IReadOnlyList<int> nodes)
    {
        var folder = Directory.CreateTempSubdirectory("nginx-").FullName;
        var own = FreePorts(3);
        var nginx = new RunningNginx(folder, Write(folder, nodes, own), own[1]);
        try
        {
            await nginx.UntilItListens(own[1]);
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a request and gives the status of the answer.</summary>
    public async Task<HttpStatusCode> Send(string method, string target, string body = "")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        if (body.Length > 0)
        {
            request.Content = new StringContent(body);
        }

        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Until it has read the file, it writes to the log of the package otherwise.
    private static ProcessStartInfo Command(string folder, string file, params IEnumerable<string> more) =>
        new(Programs.Find("nginx")!, ["-c", file, "-p", folder, "-e", "stderr", .. more]);

    // Certificates are read and names looked up when it starts.
    private static string Write(string folder, IReadOnlyList<int> nodes, int[] own)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        System.IO.File.WriteAllText(Path.Combine(folder, "certificate.pem"), certificate.ExportCertificatePem());
        System.IO.File.WriteAllText(Path.Combine(folder, "certificate.key"), key.ExportPkcs8PrivateKeyPem());

        var text = Repository.Text(File)
            .Replace("/tmp/", folder + "/", StringComparison.Ordinal)
            .Replace("/run/secrets/", folder + "/", StringComparison.Ordinal);
        text = NodeAddress().Replace(text, node => $"127.0.0.1:{nodes[int.Parse(node.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) - 1]}");
        text = text
            .Replace("listen 8080;", $"listen 127.0.0.1:{own[0]};", StringComparison.Ordinal)
            .Replace("listen 8443 ssl;", $"listen 127.0.0.1:{own[1]} ssl;", StringComparison.Ordinal)
            .Replace("127.0.0.1:8079", $"127.0.0.1:{own[2]}", StringComparison.Ordinal);
        var file = Path.Combine(folder, "nginx.conf");
        System.IO.File.WriteAllText(file, text);
        return file;
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }

    private async Task UntilItListens(int port)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, patience.Token);
                return;
            }
            catch (SocketException)
            {
                if (_process.HasExited)
                {
                    await _process.WaitForExitAsync();
                    throw new InvalidOperationException($"nginx ended:\n{Said()}");
                }

                await Task.Delay(LookEvery, TimeProvider.System, patience.Token);
            }
        }
    }

    private string Said()
    {
        lock (_said)
        {
            return _said.ToString();
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_said)
        {
            _said.AppendLine(line.Data);
        }
    }

    [GeneratedRegex(@"node-(\d):8080")]
    private static partial Regex NodeAddress();
}
