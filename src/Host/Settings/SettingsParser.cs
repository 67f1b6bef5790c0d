using System.Globalization;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Text;
using MarketManager.Storage.PostgreSql;

namespace MarketManager.Host.Settings;

/// <summary>Turns the texts that won into settings. Pure but for making paths absolute.</summary>
/// <param name="winners">The strongest value of each setting that has one.</param>
/// <param name="problems">Where what is wrong goes, one line each.</param>
internal sealed class SettingsParser(IReadOnlyDictionary<Setting, SettingValue> winners, List<string> problems)
{
    private const int ShortestSecret = 16;

    /// <summary>The settings; worth something only where no problem was found.</summary>
    public NodeSettings Parse(string? file)
    {
        var defaults = new NodeSettings();
        var environment = Choice(KnownSettings.Environment, NodeEnvironment.Development);
        var urls = Urls() ?? defaults.Urls;
        return new NodeSettings
        {
            Urls = urls,
            DataFolder = DataFolder(),
            Environment = environment,
            NodeName = Name(KnownSettings.Node),
            NodeAddress = NodeAddress(),
            Certificate = FullPath(KnownSettings.Certificate),
            CertificateKey = FullPath(KnownSettings.CertificateKey),
            BehindProxy = OnOff(KnownSettings.BehindProxy),
            AllowPrivateVenues = OnOff(KnownSettings.AllowPrivateVenues),
            RequestLimit = Whole(KnownSettings.RequestLimit, defaults.RequestLimit, 1, 100_000),
            Demo = OnOff(KnownSettings.Demo),
            SimulatorUrl = WebAddress(KnownSettings.SimUrl),
            Workers = Whole(KnownSettings.Workers, defaults.Workers, 1, 64),
            Stablecoins = Items(KnownSettings.Stablecoins) is { } codes ? new Stablecoins(codes) : defaults.Stablecoins,
            RetentionRuns = Whole(KnownSettings.RetentionRuns, defaults.RetentionRuns, 1, 1_000_000),
            RetentionAge = TimeSpan.FromDays(Whole(KnownSettings.RetentionDays, 30, 1, 3650)),
            LogLevel = Choice(KnownSettings.LogLevel, defaults.LogLevel, except: LogLevel.None),
            LogFormat = Choice(KnownSettings.LogFormat, environment == NodeEnvironment.Development ? LogFormat.Text : LogFormat.Json),
            Roles = Roles(),
            Cluster = Cluster(urls),
            File = file,
        };
    }

    /// <summary>The data folder alone.</summary>
    public string DataFolder() => FullPath(KnownSettings.Data) ?? new NodeSettings().DataFolder;

    private string[] Roles()
    {
        var roles = Items(KnownSettings.Roles) ?? [.. NodeSettings.AllRoles];
        foreach (var role in roles.Except(NodeSettings.AllRoles))
        {
            problems.Add(
                $"{winners[KnownSettings.Roles].Source}: unknown role '{role}'{Nearest.Hint(role, NodeSettings.AllRoles)}; roles are {string.Join(", ", NodeSettings.AllRoles)}");
        }

        if (!winners.ContainsKey(KnownSettings.Postgres) && NodeSettings.AllRoles.Except(roles).ToList() is { Count: > 0 } missing
            && !roles.Except(NodeSettings.AllRoles).Any())
        {
            problems.Add(
                $"{winners[KnownSettings.Roles].Source}: a node on its own does everything; roles {string.Join(", ", missing)} are missing (nodes share roles with --postgres)");
        }

        return roles;
    }

    private ClusterSettings? Cluster(IReadOnlyList<ListenAddress> urls)
    {
        if (winners.TryGetValue(KnownSettings.Redis, out var redis))
        {
            problems.Add($"{redis.Source}: this version has its bus in process only; leave {KnownSettings.Redis.Option} out");
        }

        if (!winners.TryGetValue(KnownSettings.Postgres, out var postgres))
        {
            foreach (var setting in new[] { KnownSettings.ClusterSecret, KnownSettings.ClusterAuthority, KnownSettings.Lease, KnownSettings.Egress })
            {
                if (winners.TryGetValue(setting, out var useless))
                {
                    problems.Add($"{useless.Source} is for the nodes of a cluster; it needs {KnownSettings.Postgres.Option}");
                }
            }

            return null;
        }

        if (ConnectionText.ProblemOf(postgres.Text) is { } wrong)
        {
            problems.Add($"{postgres.Source} {wrong}");
        }

        if (!winners.ContainsKey(KnownSettings.NodeAddress) && urls is [var first, ..] && PeerAddress.ProblemOf(first) is { } unreachable)
        {
            problems.Add($"{winners.GetValueOrDefault(KnownSettings.Urls)?.Source ?? KnownSettings.Urls.Option}: '{first}' {unreachable}");
        }

        if (!winners.TryGetValue(KnownSettings.ClusterSecret, out var secret))
        {
            problems.Add(
                $"{postgres.Source} makes this node one of a cluster, whose nodes prove themselves to each other: set {KnownSettings.ClusterSecret.Option} (or {KnownSettings.ClusterSecret.FileVariable}) to the same text on all of them");
        }
        else if (secret.Text.Length < ShortestSecret)
        {
            problems.Add($"{secret.Source} must have at least {ShortestSecret} characters");
        }

        return new ClusterSettings(
            postgres.Text,
            secret?.Text ?? string.Empty,
            TimeSpan.FromSeconds(Whole(KnownSettings.Lease, 5, 1, 60)),
            Name(KnownSettings.Egress) ?? ClusterSettings.DefaultEgress)
        {
            Authority = FullPath(KnownSettings.ClusterAuthority),
        };
    }

    private List<ListenAddress>? Urls()
    {
        if (Items(KnownSettings.Urls) is not { } items)
        {
            return null;
        }

        var addresses = new List<ListenAddress>();
        foreach (var item in items)
        {
            if (ListenAddress.Parse(item, out var problem) is { } address)
            {
                addresses.Add(address);
            }
            else
            {
                problems.Add($"{winners[KnownSettings.Urls].Source}: {problem}");
            }
        }

        return addresses;
    }

    private string? Name(Setting setting)
    {
        if (winners.GetValueOrDefault(setting) is not { } value)
        {
            return null;
        }

        if (value.Text.Length is 0 or > 64 || !value.Text.All(c => char.IsAsciiLetterOrDigit(c) || "._:-".Contains(c)))
        {
            problems.Add($"{value.Source} must be 1 to 64 letters, digits or ._:-, not '{value.Text}'");
        }

        return value.Text;
    }

    private Uri? NodeAddress()
    {
        var address = WebAddress(KnownSettings.NodeAddress);
        if (address is not null && PeerAddress.ProblemOf(address) is { } problem)
        {
            problems.Add($"{winners[KnownSettings.NodeAddress].Source} {problem}");
        }

        return address;
    }

    private Uri? WebAddress(Setting setting)
    {
        if (winners.GetValueOrDefault(setting) is not { } value)
        {
            return null;
        }

        if (Uri.TryCreate(value.Text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
        {
            return uri;
        }

        // What stands before an @ may be a password.
        problems.Add(value.Text.Contains('@')
            ? $"{value.Source} must be an http or https URL without a user name"
            : $"{value.Source} must be an http or https URL, not '{value.Text}'");
        return null;
    }

    private string? FullPath(Setting setting)
    {
        if (winners.GetValueOrDefault(setting) is not { } value)
        {
            return null;
        }

        if (value.Text.Length > 0 && !value.Text.Contains('\0'))
        {
            return Path.GetFullPath(value.Text);
        }

        problems.Add(value.Text.Length == 0 ? $"{value.Source} is empty" : $"{value.Source} is no path");
        return null;
    }

    private bool OnOff(Setting setting)
    {
        if (winners.GetValueOrDefault(setting) is not { } value)
        {
            return false;
        }

        switch (value.Text.ToLowerInvariant())
        {
            case "true" or "on" or "1" or "yes":
                return true;
            case "false" or "off" or "0" or "no":
                return false;
            default:
                problems.Add($"{value.Source} must be true or false, not '{value.Text}'");
                return false;
        }
    }

    private int Whole(Setting setting, int @default, int least, int most)
    {
        if (winners.GetValueOrDefault(setting) is not { } value)
        {
            return @default;
        }

        if (int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        problems.Add($"{value.Source} must be a whole number from {least} to {most}, not '{value.Text}'");
        return @default;
    }

    private T Choice<T>(Setting setting, T @default, T? except = null)
        where T : struct, Enum
    {
        if (winners.GetValueOrDefault(setting) is not { } value)
        {
            return @default;
        }

        var names = Enum.GetValues<T>().Where(v => !v.Equals(except)).ToDictionary(v => v.ToString().ToLowerInvariant());
        if (names.TryGetValue(value.Text.ToLowerInvariant(), out var choice))
        {
            return choice;
        }

        problems.Add($"{value.Source} must be one of {string.Join(", ", names.Keys)}, not '{value.Text}'{Nearest.Hint(value.Text, names.Keys)}");
        return @default;
    }

    private string[]? Items(Setting setting)
    {
        if (winners.GetValueOrDefault(setting) is not { } value)
        {
            return null;
        }

        var items = value.Text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (items.Length == 0)
        {
            problems.Add($"{value.Source} is empty");
        }

        return items;
    }
}
