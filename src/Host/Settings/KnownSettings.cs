namespace MarketManager.Host.Settings;

/// <summary>Everything that can be set.</summary>
public static class KnownSettings
{
    /// <summary>Where to listen.</summary>
    public static readonly Setting Urls = new(
        "urls", "URL,...", "http://127.0.0.1:8080", "Where to listen; http or https, port 0 takes a free one")
    { List = true };

    /// <summary>The data folder.</summary>
    public static readonly Setting Data = new(
        "data", "FOLDER", "./data", "The folder of the database, the log, the pid file and the socket");

    /// <summary>Which settings file is read, and how logs look.</summary>
    public static readonly Setting Environment = new(
        "environment", "NAME", "development", "development, staging or production: which config/NAME.json is read");

    /// <summary>The coordinator of a cluster.</summary>
    public static readonly Setting Postgres = new(
        "postgres", "CONNECTION", "none: SQLite, one node", "PostgreSQL as store and coordinator")
    { Secret = true };

    /// <summary>The bus of a cluster.</summary>
    public static readonly Setting Redis = new(
        "redis", "CONNECTION", "none: in process", "Redis as the bus")
    { Secret = true };

    /// <summary>What this node does.</summary>
    public static readonly Setting Roles = new(
        "roles", "ROLE,...", "all", "What this node does: api, gather, trade, store")
    { List = true };

    /// <summary>The node's name.</summary>
    public static readonly Setting Node = new(
        "node", "NAME", "host name and port", "The name of this node");

    /// <summary>Where other nodes reach this one.</summary>
    public static readonly Setting NodeAddress = new(
        "node-address", "URL", "the first of --urls", "Where other nodes reach this one");

    /// <summary>What nodes of one cluster know of each other.</summary>
    public static readonly Setting ClusterSecret = new(
        "cluster-secret", "TEXT", "none", "What the nodes of a cluster prove themselves with; needed with --postgres")
    { Secret = true };

    /// <summary>Who vouches for nodes.</summary>
    public static readonly Setting ClusterAuthority = new(
        "cluster-authority", "FILE", "those that this machine trusts",
        "Who vouches for the certificates of the cluster's nodes, PEM; for an authority of your own");

    /// <summary>How soon a silent node is taken for dead.</summary>
    public static readonly Setting Lease = new(
        "lease", "SECONDS", "5", "How long a node of a cluster may be silent before the others take over what it has, 1 to 60");

    /// <summary>From which address venues are asked.</summary>
    public static readonly Setting Egress = new(
        "egress", "NAME", "default: all nodes share one", "Nodes that reach venues from the same address share a name, and the budgets of that address");

    /// <summary>The certificate.</summary>
    public static readonly Setting Certificate = new(
        "certificate", "FILE", "none: plain http", "The TLS certificate and its chain, PEM");

    /// <summary>The certificate's key.</summary>
    public static readonly Setting CertificateKey = new(
        "certificate-key", "FILE", "the key inside --certificate", "The certificate's private key, PEM");

    /// <summary>TLS ends before this node.</summary>
    public static readonly Setting BehindProxy = new(
        "behind-proxy", null, "off", "A proxy in front speaks TLS: plain http may be bound to any address; keys are needed");

    /// <summary>Whether exchanges may point into private networks.</summary>
    public static readonly Setting AllowPrivateVenues = new(
        "allow-private-venues", null, "off", "Exchanges may name addresses inside private networks");

    /// <summary>Requests per key.</summary>
    public static readonly Setting RequestLimit = new(
        "request-limit", "NUMBER", "100", "Requests a second that each API key may make to this node, 1 to 100000");

    /// <summary>The demo.</summary>
    public static readonly Setting Demo = new(
        "demo", null, "off", "Start the simulator, and the first time a few exchanges on it");

    /// <summary>Where the simulator is.</summary>
    public static readonly Setting SimUrl = new(
        "sim-url", "URL", "what a --demo node last registered", "The address of venue 'sim'");

    /// <summary>Worker processes.</summary>
    public static readonly Setting Workers = new(
        "workers", "NUMBER", "2", "Node processes that talk to venues, 1 to 64");

    /// <summary>Currencies taken for a dollar.</summary>
    public static readonly Setting Stablecoins = new(
        "stablecoins", "CODE,...", "USDT, USDC and others",
        "Currencies that count as 1 USD where they have no USD pair of their own")
    { List = true };

    /// <summary>How many runs are kept.</summary>
    public static readonly Setting RetentionRuns = new(
        "retention-runs", "NUMBER", "1000", "Runs kept per exchange, 1 to 1000000");

    /// <summary>How long runs are kept.</summary>
    public static readonly Setting RetentionDays = new(
        "retention-days", "DAYS", "30", "Days that runs are kept, 1 to 3650");

    /// <summary>The least severe level that is logged.</summary>
    public static readonly Setting LogLevel = new(
        "log-level", "LEVEL", "information", "trace, debug, information, warning, error or critical");

    /// <summary>How a log line looks.</summary>
    public static readonly Setting LogFormat = new(
        "log-format", "FORMAT", "text in development, else json", "text (for people) or json (one object a line)");

    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Urls, Data, Environment, Postgres, Redis, Roles, Node, NodeAddress, ClusterSecret, ClusterAuthority, Lease, Egress, Certificate, CertificateKey,
        BehindProxy, AllowPrivateVenues, RequestLimit, Demo, SimUrl, Workers, Stablecoins,
        RetentionRuns, RetentionDays, LogLevel, LogFormat,
    ];
}
