using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MarketManager.Venues.Tests.Support;

/// <summary>A venue whose answers a test makes up: what the simulator does not speak.</summary>
internal sealed class FakeVenue : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _asked = new();

    private FakeVenue(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>What was asked for, in order, without the query.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    /// <summary>Starts it; answers are JSON, null is 404.</summary>
    public static async Task<FakeVenue> Start(Func<string, string?> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var venue = new FakeVenue(app);
        app.Run(async context =>
        {
            var path = context.Request.Path.Value!;
            venue._asked.Enqueue(path);
            var body = answer(path);
            context.Response.StatusCode = body is null ? 404 : 200;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body ?? "{}");
        });
        await app.StartAsync();
        return venue;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
