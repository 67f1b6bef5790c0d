using MarketManager.Actors.Markets;

namespace MarketManager.Host.Settings;

/// <summary>Where a node runs; picks the settings file and the look of logs.</summary>
public enum NodeEnvironment
{
    /// <summary>A person's machine.</summary>
    Development,

    /// <summary>As production, before it.</summary>
    Staging,

    /// <summary>What others depend on.</summary>
    Production,
}

/// <summary>How a log line looks.</summary>
public enum LogFormat
{
    /// <summary>One readable line.</summary>
    Text,

    /// <summary>One JSON object a line, ids as fields.</summary>
    Json,
}

/// <summary>The settings of a node, checked. <see cref="KnownSettings"/> has the names and what they mean.</summary>
public sealed record NodeSettings
{
    /// <summary>At least one.</summary>
    public IReadOnlyList<ListenAddress> Urls { get; init; } = [new("http", "127.0.0.1", 8080)];

    /// <summary>An absolute path; need not exist.</summary>
    public string DataFolder { get; init; } = Path.GetFullPath("data");

    /// <summary>Default: development.</summary>
    public NodeEnvironment Environment { get; init; }

    /// <summary>Null: host name and port.</summary>
    public string? NodeName { get; init; }

    /// <summary>Null: the first of <see cref="Urls"/>.</summary>
    public Uri? NodeAddress { get; init; }

    /// <summary>An absolute path to PEM; null: no TLS.</summary>
    public string? Certificate { get; init; }

    /// <summary>An absolute path to PEM; null: the key is in <see cref="Certificate"/>.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Whether TLS ends at a proxy before this node.</summary>
    public bool BehindProxy { get; init; }

    /// <summary>Whether exchanges may name addresses inside private networks.</summary>
    public bool AllowPrivateVenues { get; init; }

    /// <summary>Requests a second per API key; default 100.</summary>
    public int RequestLimit { get; init; } = 100;

    /// <summary>Whether the simulator comes with it.</summary>
    public bool Demo { get; init; }

    /// <summary>Where venue <c>sim</c> is; null: what the store remembers.</summary>
    public Uri? SimulatorUrl { get; init; }

    /// <summary>Worker processes; default 2.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Currencies that count as 1 USD where they have no USD pair of their own.</summary>
    public Stablecoins Stablecoins { get; init; } = Stablecoins.Default;

    /// <summary>Runs kept per exchange; default 1,000.</summary>
    public int RetentionRuns { get; init; } = 1000;

    /// <summary>Age at which runs go; default 30 days.</summary>
    public TimeSpan RetentionAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The least severe level that is logged; default information.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Default: text in development, else JSON.</summary>
    public LogFormat LogFormat { get; init; }

    /// <summary>What it does; default: everything.</summary>
    public IReadOnlyList<string> Roles { get; init; } = AllRoles;

    /// <summary>Null: a node on its own, with SQLite in its data folder.</summary>
    public ClusterSettings? Cluster { get; init; }

    /// <summary>All that a node can do.</summary>
    public static IReadOnlyList<string> AllRoles { get; } = ["api", "gather", "trade", "store"];

    /// <summary>The settings file that was read; null where there was none.</summary>
    public string? File { get; init; }
}

/// <summary>What makes a node one of many.</summary>
/// <param name="Postgres">The connection string.</param>
/// <param name="Secret">What nodes prove themselves with; at least 16 characters.</param>
/// <param name="Lease">How long a node may be silent before the others take over what it has.</param>
/// <param name="Egress">Nodes of one name reach venues from one address.</param>
public sealed record ClusterSettings(string Postgres, string Secret, TimeSpan Lease, string Egress)
{
    /// <summary>An absolute path to PEM: who vouches for nodes; null: those that the machine trusts.</summary>
    public string? Authority { get; init; }

    /// <summary>The default of <see cref="Egress"/>.</summary>
    public const string DefaultEgress = "default";
}
