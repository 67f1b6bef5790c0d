namespace MarketManager.Cli.Http;

/// <summary>Where a node is reached; a closed family.</summary>
internal abstract record NodeAddress
{
    /// <summary>What requests are addressed to.</summary>
    public abstract Uri BaseUri { get; }

    /// <summary>For messages.</summary>
    public abstract override string ToString();

    /// <summary>The node of this machine and user, whom the socket's mode lets in without a key.</summary>
    public sealed record LocalSocket(string Path) : NodeAddress
    {
        // The name only fills the Host header; nothing is resolved.
        public override Uri BaseUri { get; } = new("http://localhost/");

        public override string ToString() => Path;
    }

    /// <summary>A node anywhere.</summary>
    public sealed record Remote(Uri Url) : NodeAddress
    {
        public override Uri BaseUri { get; } = Url.AbsolutePath.EndsWith('/') ? Url : new Uri($"{Url}/");

        public override string ToString() => Url.GetLeftPart(UriPartial.Path).TrimEnd('/');
    }

    /// <summary>A URL before a socket, a named socket before the one that belongs to the data folder.</summary>
    public static NodeAddress Choose(string? url, string? socket, string dataFolder, Func<string, string?> environment)
    {
        if (url is null)
        {
            return new LocalSocket(socket ?? SocketPath.Of(dataFolder, environment));
        }

        return Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            && (parsed.Scheme == Uri.UriSchemeHttp || parsed.Scheme == Uri.UriSchemeHttps)
            && parsed is { Query: "", Fragment: "", UserInfo: "" }
            ? new Remote(parsed)
            : throw new CliException(ExitCode.Usage, $"--url takes an address such as https://host:8443, not '{url}'");
    }

    /// <summary>The folder that was named, else the one that the settings name.</summary>
    public static string DataFolder(string? named, CliContext context) =>
        named is "" ? throw new CliException(ExitCode.Usage, "--data is empty") : named ?? context.DataFolder();
}
