using System.Collections.Frozen;
using System.Text.Json;

namespace MarketManager.Actors.Exchanges.Options;

/// <summary>The rules for <c>options.ccxt</c>: the part of ccxt's constructor arguments that a client may set.</summary>
/// <remarks>
/// <para><c>urls</c>: an object of http(s) or ws(s) URLs at any depth; <c>hostname</c>: a host name.</para>
/// <para><c>proxyUrl</c> (http(s), with a path, since ccxt writes the venue's URL behind it), <c>httpProxy</c>,
/// <c>httpsProxy</c> (http(s)), <c>socksProxy</c> (socks4, socks5, socks5h): at most one of the four.</para>
/// <para><c>headers</c>: strings, but none that signs in or steers the connection; <c>userAgent</c>: a string.</para>
/// <para><c>timeout</c>: 100 to 300,000 ms for one request; <c>rateLimit</c>: 1 to 600,000 ms for a unit of cost;
/// <c>enableRateLimit</c>: only <c>true</c>, because every request goes through the venue's budget.</para>
/// <para><c>options</c>: the class's own options, any JSON; a URL in them is held to the same rules.</para>
/// </remarks>
internal static class CcxtOptionRules
{
    /// <summary>ccxt's own timeout, ms.</summary>
    public const int DefaultTimeout = 10_000;

    private static readonly FrozenDictionary<string, Action<OptionProblems, string, JsonElement>> Rules =
        new Dictionary<string, Action<OptionProblems, string, JsonElement>>
        {
            ["urls"] = (problems, path, value) =>
            {
                if (problems.IsObject(path, value))
                {
                    CheckUrls(problems, path, value);
                }
            },
            ["hostname"] = (problems, path, value) =>
            {
                if (problems.IsText(path, value))
                {
                    OptionAddress.CheckHostName(problems, path, value.GetString()!);
                }
            },
            ["proxyUrl"] = (problems, path, value) => CheckProxy(problems, path, value, OptionAddress.Http, path: true),
            ["httpProxy"] = (problems, path, value) => CheckProxy(problems, path, value, OptionAddress.Http),
            ["httpsProxy"] = (problems, path, value) => CheckProxy(problems, path, value, OptionAddress.Http),
            ["socksProxy"] = (problems, path, value) => CheckProxy(problems, path, value, OptionAddress.Socks),
            ["headers"] = OptionHeaders.Check,
            ["userAgent"] = OptionHeaders.CheckValue,
            ["timeout"] = (problems, path, value) => problems.IsWhole(path, value, 100, 300_000, "milliseconds"),
            ["rateLimit"] = (problems, path, value) => problems.IsWhole(path, value, 1, 600_000, "milliseconds"),
            ["enableRateLimit"] = (problems, path, value) => problems.Is(
                path, value.ValueKind == JsonValueKind.True, "true: every request goes through the venue's budget"),
            ["options"] = (problems, path, value) =>
            {
                if (problems.IsObject(path, value))
                {
                    CheckForUrls(problems, path, value);
                }
            },
        }.ToFrozenDictionary();

    private static readonly string[] Keys = [.. Rules.Keys.Order(StringComparer.Ordinal)];

    private static readonly string[] Proxies = ["proxyUrl", "httpProxy", "httpsProxy", "socksProxy"];

    public static void Check(OptionProblems problems, string path, JsonElement ccxt)
    {
        if (!problems.IsObject(path, ccxt))
        {
            return;
        }

        if (ccxt.TryGetProperty("hostname", out var hostname) && hostname.ValueKind == JsonValueKind.String)
        {
            problems.HostName = hostname.GetString()!;
        }

        foreach (var (at, key, value) in problems.Known(path, ccxt, Keys))
        {
            Rules[key](problems, at, value);
        }

        var proxies = Proxies.Where(key => ccxt.TryGetProperty(key, out _)).ToList();
        if (proxies.Count > 1)
        {
            problems.Add(path, $"only one proxy is allowed; there are {string.Join(" and ", proxies)}");
        }
    }

    private static void CheckProxy(
        OptionProblems problems, string at, JsonElement value, IReadOnlyList<string> schemes, bool path = false)
    {
        if (problems.IsText(at, value))
        {
            OptionAddress.CheckUrl(problems, at, value.GetString()!, schemes, path);
        }
    }

    private static void CheckUrls(OptionProblems problems, string path, JsonElement urls)
    {
        foreach (var (at, value) in OptionShape.Leaves(path, urls))
        {
            if (problems.IsText(at, value))
            {
                OptionAddress.CheckUrl(problems, at, value.GetString()!, OptionAddress.HttpAndWebSocket);
            }
        }
    }

    // Classes read a few addresses from their options.
    private static void CheckForUrls(OptionProblems problems, string path, JsonElement options)
    {
        foreach (var (at, value) in OptionShape.Leaves(path, options))
        {
            if (value.ValueKind == JsonValueKind.String && value.GetString()!.Contains("//", StringComparison.Ordinal))
            {
                OptionAddress.CheckUrl(problems, at, value.GetString()!, OptionAddress.HttpAndWebSocket);
            }
        }
    }
}
