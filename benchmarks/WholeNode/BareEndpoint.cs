using System.Collections.Concurrent;
using MarketManager.Benchmarks.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>The least that Kestrel can do to give the same bytes: one route, ready bytes, at most the SQL that they come from.</summary>
/// <remarks>A process of its own, <c>bare FILE [DATABASE]</c>, with the settings of the program; prints where it listens.</remarks>
internal static class BareEndpoint
{
    /// <summary>Starts it and gives its process and the URL of the bytes.</summary>
    public static async Task<Server> Start(params string[] arguments)
    {
        var process = ChildProcess.Start(Path.ChangeExtension(typeof(BareEndpoint).Assembly.Location, null), ["bare", .. arguments]);
        return new Server(await process.ReadLine(), process);
    }

    /// <summary>Serves until it is told to end.</summary>
    public static async Task Serve(string[] arguments)
    {
        var bytes = await File.ReadAllBytesAsync(arguments[0]);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        await using var app = builder.Build();
        app.MapGet("/bytes", arguments is [_, var database] ? AfterReading(database) : Send);
        await app.StartAsync();
        Console.WriteLine($"{app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}/bytes");
        await app.WaitForShutdownAsync();

        Task Send(HttpContext http)
        {
            http.Response.ContentType = "application/json; charset=utf-8";
            http.Response.ContentLength = bytes.Length;
            return http.Response.Body.WriteAsync(bytes).AsTask();
        }

        RequestDelegate AfterReading(string path)
        {
            var idle = new ConcurrentBag<BarePage>();
            return http =>
            {
                var page = idle.TryTake(out var taken) ? taken : new BarePage(path);
                page.Read();
                idle.Add(page);
                return Send(http);
            };
        }
    }
}
