using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace MarketManager.Cli.Tests.Fakes;

/// <summary>A node that answers what it was told to, on a socket in a folder of its own and on a loopback port.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, Queue<FakeAnswer>> _answers = [];
    private readonly HashSet<string> _cut = [];

    private FakeNode(WebApplication app, string folder) => (_app, Folder) = (app, folder);

    /// <summary>The data folder.</summary>
    public string Folder { get; }

    public string Url => _app.Urls.Single(url => url.Contains("127.0.0.1", StringComparison.Ordinal));

    /// <summary>Everything that was asked, in order.</summary>
    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    public IEnumerable<string> Lines => Requests.Select(request => request.Line);

    public static async Task<FakeNode> Start(bool tls = false)
    {
        var folder = Directory.CreateTempSubdirectory("cli").FullName;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(Path.Combine(folder, SocketPath.FileName));
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (tls)
                {
                    listen.UseHttps(SelfSigned());
                }
            });
        });
        var app = builder.Build();
        var node = new FakeNode(app, folder);
        app.Run(node.Answer);
        await app.StartAsync();
        return node;
    }

    /// <summary>Answers a request line, such as <c>GET /api/status/</c>; the last answer given for it is repeated.</summary>
    public FakeNode On(string line, string json, int status = 200, params (string Name, string Value)[] headers)
    {
        if (!_answers.TryGetValue(line, out var queue))
        {
            _answers[line] = queue = new Queue<FakeAnswer>();
        }

        queue.Enqueue(new FakeAnswer(status, json, headers));
        return this;
    }

    /// <summary>Breaks off whoever asks this, without a word.</summary>
    public FakeNode Cut(string line)
    {
        _cut.Add(line);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=MarketManager test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private async Task Answer(HttpContext context)
    {
        var line = $"{context.Request.Method} {context.Request.GetEncodedPathAndQuery()}";
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        Requests.Enqueue(new SeenRequest(line, await reader.ReadToEndAsync(), headers));
        if (_cut.Contains(line))
        {
            context.Abort();
            return;
        }

        var answer = Next(line);
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (answer.Status != 204)
        {
            await context.Response.WriteAsync(answer.Json);
        }
    }

    private FakeAnswer Next(string line)
    {
        lock (_answers)
        {
            return !_answers.TryGetValue(line, out var queue)
                ? new FakeAnswer(404, $$"""{"title":"Not found","status":404,"detail":"the fake has no answer to {{line}}"}""", [])
                : queue.Count > 1 ? queue.Dequeue() : queue.Peek();
        }
    }

    private sealed record FakeAnswer(int Status, string Json, (string Name, string Value)[] Headers);
}

/// <summary>What a node was asked.</summary>
internal sealed record SeenRequest(string Line, string Body, IReadOnlyDictionary<string, string> Headers);
