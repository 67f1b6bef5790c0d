namespace MarketManager.Api;

/// <summary>Who may use the API without a key.</summary>
public enum AccessMode
{
    /// <summary>Bound to loopback: anyone who reaches it may do all, unless the request's <c>Host</c> or <c>Origin</c> is
    /// foreign (a web page in the local user's browser, or a name rebound to loopback).</summary>
    OpenOnLoopback,

    /// <summary>Every request needs a key, except <c>/healthz/*</c> and those over the UNIX socket.</summary>
    KeysRequired,
}

/// <summary>How the API is offered.</summary>
public sealed record ApiOptions
{
    /// <summary>Who needs a key. Default: nobody, on loopback.</summary>
    public AccessMode Access { get; init; } = AccessMode.OpenOnLoopback;

    /// <summary>Host names, without port, by which an open API may be addressed besides <c>localhost</c>, <c>127.0.0.1</c>
    /// and <c>[::1]</c>: those it is bound to.</summary>
    public IReadOnlyCollection<string> Hosts { get; init; } = [];

    /// <summary>Whether the whole API is offered. Where not, only health, metrics and the connections of other nodes are there; over
    /// the UNIX socket everything still is. Default: true.</summary>
    public bool ServesApi { get; init; } = true;

    /// <summary>Requests that one key may send per second in the long run. Default 100.</summary>
    public int RequestsPerSecond { get; init; } = 100;

    /// <summary>Requests that one key may send at once after a pause. Default 200.</summary>
    public int Burst { get; init; } = 200;

    /// <summary>How long a revoked key may go on being accepted. Default 1 s.</summary>
    public TimeSpan KeyRefresh { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Requests that take longer are logged as information, except those that wait for a run. Default 1 s.</summary>
    public TimeSpan SlowRequest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The version that status and OpenAPI show.</summary>
    public string Version { get; init; } = typeof(ApiOptions).Assembly.GetName().Version?.ToString(3) ?? "0";
}
