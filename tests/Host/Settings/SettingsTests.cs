using MarketManager.Host.Settings;
using Xunit;

namespace MarketManager.Host.Tests.Settings;

public sealed class SettingsTests : IDisposable
{
    private readonly DirectoryInfo _config = Directory.CreateTempSubdirectory("settings-");
    private readonly Dictionary<string, string> _variables = [];

    public void Dispose() => _config.Delete(recursive: true);

    [Fact]
    public void Nothing_set_gives_the_defaults()
    {
        var settings = Read();

        Assert.Equal("http://127.0.0.1:8080", Assert.Single(settings.Urls).ToString());
        Assert.Equal(Path.GetFullPath("data"), settings.DataFolder);
        Assert.Equal(NodeEnvironment.Development, settings.Environment);
        Assert.Equal(LogFormat.Text, settings.LogFormat);
        Assert.Equal((2, 1000, TimeSpan.FromDays(30), 100), (settings.Workers, settings.RetentionRuns, settings.RetentionAge, settings.RequestLimit));
        Assert.False(settings.Demo || settings.BehindProxy || settings.AllowPrivateVenues);
        Assert.Null(settings.File);
    }

    [Fact]
    public void Command_line_wins_over_environment_which_wins_over_the_file()
    {
        File("development", """{ "workers": 3, "retention_runs": 3, "retention_days": 3 }""");
        _variables["MARKETMANAGER_WORKERS"] = "4";
        _variables["MARKETMANAGER_RETENTION_RUNS"] = "4";

        var settings = Read((KnownSettings.Workers, "5"));

        Assert.Equal((5, 4, TimeSpan.FromDays(3)), (settings.Workers, settings.RetentionRuns, settings.RetentionAge));
    }

    [Fact]
    public void Environment_picks_the_file_and_the_look_of_logs()
    {
        File("production", """{ "workers": 7 } // a comment""");
        File("development", """{ "workers": 8 }""");
        _variables["MARKETMANAGER_ENVIRONMENT"] = "Production";

        var settings = Read();

        Assert.Equal((NodeEnvironment.Production, 7, LogFormat.Json), (settings.Environment, settings.Workers, settings.LogFormat));
        Assert.Equal(Path.Combine(_config.FullName, "production.json"), settings.File);
    }

    [Fact]
    public void Path_that_is_empty_is_refused()
    {
        var refused = Assert.Throws<SettingsException>(() => Read((KnownSettings.Data, ""), (KnownSettings.Certificate, "a\0b")));

        Assert.Equal(["--data is empty", "--certificate is no path"], refused.Problems);
        Assert.Throws<SettingsException>(() => Reader().DataFolder([new(KnownSettings.Data, "", "--data")]));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("ON", true)]
    [InlineData("0", false)]
    public void Switch_takes_the_usual_words(string word, bool expected)
    {
        _variables["MARKETMANAGER_DEMO"] = word;
        Assert.Equal(expected, Read().Demo);
    }

    [Fact]
    public void Empty_variable_is_not_set()
    {
        _variables["MARKETMANAGER_WORKERS"] = string.Empty;
        _variables["MARKETMANAGER_ANYTHING"] = string.Empty;
        Assert.Equal(2, Read().Workers);
    }

    [Fact]
    public void Lists_come_as_text_or_as_array()
    {
        File("development", """{ "stablecoins": ["usdt", "DAI", "USDT"], "urls": "http://localhost:1;http://[::1]:2" }""");

        var settings = Read();

        Assert.Equal(["DAI", "USDT"], settings.Stablecoins.Codes.Select(c => c.ToUpperInvariant()).Order());
        Assert.Equal(["http://localhost:1", "http://[::1]:2"], settings.Urls.Select(u => u.ToString()));
    }

    [Fact]
    public void Unknown_variable_is_named_with_the_nearest_one()
    {
        _variables["MARKETMANAGER_WORKRES"] = "2";
        Assert.Equal(
            ["unknown setting MARKETMANAGER_WORKRES in the environment; did you mean 'MARKETMANAGER_WORKERS'?"], Problems());
    }

    [Fact]
    public void Unknown_key_of_a_file_is_named_with_the_nearest_one()
    {
        File("development", """{ "retention_day": 3 }""");
        var problem = Assert.Single(Problems());
        Assert.Equal("unknown setting retention_day in config/development.json; did you mean 'retention_days'?", problem);
    }

    [Fact]
    public void Wrong_values_are_all_named_with_their_source_and_what_is_allowed()
    {
        File("development", """{ "log_level": "infomation" }""");
        _variables["MARKETMANAGER_WORKERS"] = "1.5";

        Assert.Equal(
            [
                "--urls: 'ftp://x' is no http or https URL, such as http://127.0.0.1:8080",
                "--demo must be true or false, not 'maybe'",
                "MARKETMANAGER_WORKERS must be a whole number from 1 to 64, not '1.5'",
                "log_level in config/development.json must be one of trace, debug, information, warning, error, critical, not 'infomation'; did you mean 'information'?",
            ],
            Problems((KnownSettings.Urls, "ftp://x"), (KnownSettings.Demo, "maybe")));
    }

    [Theory]
    [InlineData("MARKETMANAGER_SERVICE_HOST", "10.0.0.1")]
    [InlineData("MARKETMANAGER_SERVICE_PORT", "8080")]
    [InlineData("MARKETMANAGER_SERVICE_PORT_HTTP", "8080")]
    [InlineData("MARKETMANAGER_PORT", "tcp://10.0.0.1:8080")]
    [InlineData("MARKETMANAGER_PORT_8080_TCP", "tcp://10.0.0.1:8080")]
    [InlineData("MARKETMANAGER_PORT_8080_TCP_ADDR", "10.0.0.1")]
    [InlineData("MARKETMANAGER_NODES_SERVICE_HOST", "10.0.0.1")]
    [InlineData("MARKETMANAGER_KEY", "mm_1_2")]
    [InlineData("MARKETMANAGER_RECORDINGS", "/recordings")]
    [InlineData("PATH", "/bin")]
    public void Variable_that_is_meant_for_others_is_ignored(string name, string value)
    {
        _variables[name] = value;
        Assert.Equal(2, Read().Workers);
    }

    [Fact]
    public void Port_variable_that_kubernetes_did_not_write_is_unknown()
    {
        _variables["MARKETMANAGER_PORT"] = "9090";
        Assert.StartsWith("unknown setting MARKETMANAGER_PORT ", Assert.Single(Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public void Secret_is_read_from_the_file_that_a_variable_names()
    {
        var file = Path.Combine(_config.FullName, "secret");
        System.IO.File.WriteAllText(file, "a secret of the cluster\n");
        _variables["MARKETMANAGER_POSTGRES"] = "Host=db";
        _variables["MARKETMANAGER_CLUSTER_SECRET_FILE"] = file;
        Assert.Equal(new ClusterSettings("Host=db", "a secret of the cluster", TimeSpan.FromSeconds(5), "default"), Read().Cluster);

        _variables["MARKETMANAGER_CLUSTER_SECRET"] = "another secret of it";
        Assert.Equal(["MARKETMANAGER_CLUSTER_SECRET and MARKETMANAGER_CLUSTER_SECRET_FILE are both set; one must go"], Problems());
    }

    [Fact]
    public void Secret_file_that_is_not_there_is_named()
    {
        _variables["MARKETMANAGER_CLUSTER_SECRET_FILE"] = "/nowhere/at-all";
        Assert.StartsWith(
            "MARKETMANAGER_CLUSTER_SECRET_FILE: cannot read '/nowhere/at-all': ", Assert.Single(Problems()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MARKETMANAGER_POSTGRES=Host=db;Password=hidden", "MARKETMANAGER_POSTGRES makes this node one of a cluster, whose nodes prove")]
    [InlineData("MARKETMANAGER_POSTGRES= ", "MARKETMANAGER_POSTGRES is empty; it is a connection string such as")]
    [InlineData("MARKETMANAGER_CLUSTER_SECRET=too short, hidden", "MARKETMANAGER_CLUSTER_SECRET is for the nodes of a cluster; it needs --postgres")]
    [InlineData("MARKETMANAGER_LEASE=3", "MARKETMANAGER_LEASE is for the nodes of a cluster; it needs --postgres")]
    [InlineData("MARKETMANAGER_CLUSTER_AUTHORITY=ca.pem", "MARKETMANAGER_CLUSTER_AUTHORITY is for the nodes of a cluster; it needs --postgres")]
    [InlineData("MARKETMANAGER_EGRESS=office", "MARKETMANAGER_EGRESS is for the nodes of a cluster; it needs --postgres")]
    [InlineData("MARKETMANAGER_REDIS=cache:6379,password=hidden", "MARKETMANAGER_REDIS: this version has its bus in process only")]
    public void Cluster_with_a_part_missing_is_refused(string variable, string problem)
    {
        var (name, value) = (variable.Split('=', 2)[0], variable.Split('=', 2)[1]);
        _variables[name] = value;
        if (value == " ")
        {
            _variables["MARKETMANAGER_CLUSTER_SECRET"] = "a secret of the cluster";
        }

        var found = Assert.Single(Problems());
        Assert.StartsWith(problem, found, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("foo=bar", "has a part that is not known, 'foo'; write Host=...;Database=...;Username=...")]
    [InlineData("Host=db;Password=first;hidden=x", "has a part that is not known (a password with ; in it stands in double quotes); write Host=...;Database=...;Username=...")]
    [InlineData("Host=db;Port=abc;Password=hidden", "has a value for 'port' that it cannot have")]
    [InlineData("Host=db;Port=-1;Password=hidden", "has a value for 'port' that it cannot have")]
    [InlineData("Host=db;SSL Mode=hidden", "has a value for 'ssl mode' that it cannot have")]
    [InlineData("postgres://mm:hidden@host/db", "is a URL; write Host=...;Database=...;Username=...")]
    [InlineData(" PostgreSQL://mm:hidden@host/db", "is a URL; write Host=...;Database=...;Username=...")]
    [InlineData("hidden", "is no connection string; write Host=...;Database=...;Username=...")]
    [InlineData("Database=db;Password=hidden", "names no host; write Host=...;Database=...;Username=...")]
    [InlineData("", "is empty; it is a connection string such as Host=db;Database=marketmanager;Username=marketmanager")]
    public void Connection_string_that_cannot_be_one_is_refused_without_its_password(string text, string problem)
    {
        Clustered();
        var found = Assert.Single(Problems((KnownSettings.Postgres, text)));
        Assert.Equal($"--postgres {problem}", found);
        Assert.DoesNotContain("hidden", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db")]
    [InlineData("Server=one,other;Port=5433;Database=mm;User Id=mm;Pwd=\"a;b\";SSL Mode=VerifyFull;Root Certificate=/none")]
    [InlineData("Host=/var/run/postgresql;Minimum Pool Size=50;Maximum Pool Size=1;Multiplexing=true")]
    [InlineData("Host=one,other;Target Session Attributes=primary")]
    public void Connection_string_that_could_be_one_is_taken_as_it_is(string text)
    {
        Clustered();
        Assert.Equal(text, Read((KnownSettings.Postgres, text)).Cluster!.Postgres);
    }

    [Theory]
    [InlineData("http://*:8080", "stands for all addresses of this machine, none of which it names")]
    [InlineData("http://0.0.0.0:8080", "stands for all addresses of this machine, none of which it names")]
    [InlineData("http://[::]:8080", "stands for all addresses of this machine, none of which it names")]
    [InlineData("http://127.0.0.1:0", "leaves the port open")]
    public void Node_of_a_cluster_says_where_others_reach_it(string url, string problem)
    {
        Clustered();
        Assert.Equal(
            [$"--urls: '{url}' {problem}; set --node-address to where the other nodes reach this one"],
            Problems((KnownSettings.Urls, url), (KnownSettings.BehindProxy, "on")));

        var told = Read((KnownSettings.Urls, url), (KnownSettings.BehindProxy, "on"), (KnownSettings.NodeAddress, "http://node-1:8080"));
        Assert.Equal(new Uri("http://node-1:8080"), told.NodeAddress);
        _variables.Clear();
        Assert.Empty(Problems((KnownSettings.Urls, url), (KnownSettings.BehindProxy, "on")));
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080", "stands for all addresses of this machine, none of which it names; set --node-address to where the other nodes reach this one")]
    [InlineData("http://[::]:8080", "stands for all addresses of this machine, none of which it names; set --node-address to where the other nodes reach this one")]
    [InlineData("http://host:0", "leaves the port open; set --node-address to where the other nodes reach this one")]
    [InlineData("http://user:hidden@host:1/path?x=1", "has a user name or a password in it; set --node-address to where the other nodes reach this one")]
    [InlineData("http://user:hidden@*:1", "must be an http or https URL without a user name")]
    [InlineData("http://host:1/path", "has more than scheme, host and port; set --node-address to where the other nodes reach this one")]
    [InlineData("http://host:1?x=1", "has more than scheme, host and port; set --node-address to where the other nodes reach this one")]
    [InlineData("http://*:8080", "must be an http or https URL, not 'http://*:8080'")]
    public void Address_at_which_nobody_can_reach_a_node_is_refused(string address, string problem)
    {
        Clustered();
        var found = Assert.Single(Problems((KnownSettings.NodeAddress, address)));
        Assert.Equal($"--node-address {problem}", found);
        Assert.DoesNotContain("hidden", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a name")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234x")]
    public void Name_that_could_not_be_shown_is_refused(string name)
    {
        Clustered();
        Assert.Equal(
            [$"--node must be 1 to 64 letters, digits or ._:-, not '{name}'", $"--egress must be 1 to 64 letters, digits or ._:-, not '{name}'"],
            Problems((KnownSettings.Node, name), (KnownSettings.Egress, name)));
    }

    [Fact]
    public void Secret_that_could_be_guessed_is_refused()
    {
        _variables["MARKETMANAGER_POSTGRES"] = "Host=db";
        _variables["MARKETMANAGER_CLUSTER_SECRET"] = "fifteen letters";
        Assert.Equal(["MARKETMANAGER_CLUSTER_SECRET must have at least 16 characters"], Problems());
    }

    [Theory]
    [InlineData("http://*:8080", "http://*:8080")]
    [InlineData("http://0.0.0.0:8080,http://10.0.0.1:8080", "http://0.0.0.0:8080")]
    [InlineData("http://[::]:8080", "http://[::]:8080")]
    public void Node_of_a_cluster_that_listens_on_all_addresses_says_where_it_is_reached(string urls, string first)
    {
        _variables["MARKETMANAGER_POSTGRES"] = "Host=db";
        _variables["MARKETMANAGER_CLUSTER_SECRET"] = "a secret of the cluster";
        _variables["MARKETMANAGER_URLS"] = urls;
        Assert.Equal(
            [$"MARKETMANAGER_URLS: '{first}' stands for all addresses of this machine, none of which it names; set --node-address to where the other nodes reach this one"],
            Problems());

        _variables["MARKETMANAGER_NODE_ADDRESS"] = "http://node-1:8080";
        Assert.Equal("http://node-1:8080/", Read().NodeAddress!.ToString());
    }

    [Fact]
    public void Authority_of_a_cluster_is_a_path()
    {
        _variables["MARKETMANAGER_POSTGRES"] = "Host=db";
        _variables["MARKETMANAGER_CLUSTER_SECRET"] = "a secret of the cluster";
        Assert.Null(Read().Cluster!.Authority);
        _variables["MARKETMANAGER_CLUSTER_AUTHORITY"] = "ca.pem";
        Assert.Equal(Path.GetFullPath("ca.pem"), Read().Cluster!.Authority);
    }

    [Fact]
    public void Nodes_of_a_cluster_may_share_the_roles()
    {
        _variables["MARKETMANAGER_POSTGRES"] = "Host=db";
        _variables["MARKETMANAGER_CLUSTER_SECRET"] = "a secret of the cluster";
        _variables["MARKETMANAGER_ROLES"] = "api,store";
        Assert.Equal(["api", "store"], Read().Roles);
    }

    [Theory]
    [InlineData("api,gather,trade,store", null)]
    [InlineData("api,gather", "--roles: a node on its own does everything; roles trade, store are missing (nodes share roles with --postgres)")]
    [InlineData("api,gathr,trade,store", "--roles: unknown role 'gathr'; did you mean 'gather'?; roles are api, gather, trade, store")]
    public void Lone_node_has_all_roles(string roles, string? problem) =>
        Assert.Equal(problem is null ? [] : new[] { problem }, Problems((KnownSettings.Roles, roles)));

    [Theory]
    [InlineData("http://example.org:80", "the host of 'http://example.org:80' must be localhost, an IP address, or * for all addresses")]
    [InlineData("http://127.0.0.1:80/api", "'http://127.0.0.1:80/api' has more than scheme, host and port")]
    [InlineData("8080", "'8080' is no http or https URL, such as http://127.0.0.1:8080")]
    public void Address_that_cannot_be_bound_is_refused(string url, string problem) =>
        Assert.Equal([$"--urls: {problem}"], Problems((KnownSettings.Urls, url)));

    [Theory]
    [InlineData("{ \"workers\": [1] }", "workers in config/development.json must be a text, a number, true or false")]
    [InlineData("{ \"environment\": \"staging\" }", "environment in config/development.json: the environment picks the file and cannot be set in it")]
    [InlineData("{ \"demo\": true, \"demo\": false }", "demo in config/development.json stands there twice")]
    [InlineData("[]", "config/development.json must hold a JSON object")]
    public void File_that_is_wrong_is_refused(string json, string problem)
    {
        File("development", json);
        Assert.Equal([problem], Problems());
    }

    [Fact]
    public void File_that_is_no_json_is_refused()
    {
        File("development", "workers = 2");
        Assert.StartsWith("config/development.json is no JSON: ", Assert.Single(Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_folder_is_found_though_other_settings_are_wrong()
    {
        _variables["MARKETMANAGER_WORKRES"] = "2";
        _variables["MARKETMANAGER_DATA"] = "/var/lib/marketmanager";
        Assert.Equal("/var/lib/marketmanager", Reader().DataFolder([]));
    }

    [Fact]
    public void Where_the_cluster_is_stays_unknown_while_a_setting_is_wrong()
    {
        Assert.Null(Reader().Postgres());
        Clustered();
        Assert.Equal("Host=db", Reader().Postgres());
        _variables["MARKETMANAGER_POSTGRESS"] = "Host=other";
        var why = Assert.Throws<SettingsException>(() => Reader().Postgres());
        Assert.StartsWith("unknown setting MARKETMANAGER_POSTGRESS in the environment", Assert.Single(why.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_shipped_settings_file_is_valid()
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "config");
        foreach (var environment in Enum.GetNames<NodeEnvironment>())
        {
            var reader = new SettingsReader(_variables, [shipped]);
            var settings = reader.Read([new(KnownSettings.Environment, environment, "--environment")]);
            Assert.Equal(Path.Combine(shipped, environment.ToLowerInvariant() + ".json"), settings.File);
        }
    }

    private void File(string environment, string json) =>
        System.IO.File.WriteAllText(Path.Combine(_config.FullName, environment + ".json"), json);

    private SettingsReader Reader() => new(_variables, [_config.FullName]);

    private NodeSettings Read(params (Setting Setting, string Text)[] commandLine) =>
        Reader().Read([.. commandLine.Select(v => new SettingValue(v.Setting, v.Text, v.Setting.Option))]);

    private IReadOnlyList<string> Problems(params (Setting Setting, string Text)[] commandLine)
    {
        try
        {
            Read(commandLine);
            return [];
        }
        catch (SettingsException e)
        {
            return e.Problems;
        }
    }

    private void Clustered()
    {
        _variables["MARKETMANAGER_POSTGRES"] = "Host=db";
        _variables["MARKETMANAGER_CLUSTER_SECRET"] = "a secret of the cluster";
    }
}
