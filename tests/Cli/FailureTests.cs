using System.Net;
using System.Net.Sockets;
using MarketManager.Cli.Tests.Fakes;
using Xunit;

namespace MarketManager.Cli.Tests;

/// <summary>Exit codes and messages when something is wrong.</summary>
public sealed class FailureTests
{
    private readonly Terminal _shell = new();

    [Theory]
    [InlineData(400, ExitCode.Usage)]
    [InlineData(401, ExitCode.NotAllowed)]
    [InlineData(403, ExitCode.NotAllowed)]
    [InlineData(404, ExitCode.NotFound)]
    [InlineData(409, ExitCode.Conflict)]
    [InlineData(412, ExitCode.Conflict)]
    [InlineData(422, ExitCode.Usage)]
    [InlineData(429, ExitCode.Failed)]
    [InlineData(500, ExitCode.Failed)]
    [InlineData(503, ExitCode.Unreachable)]
    [InlineData(507, ExitCode.Failed)]
    public async Task Status_of_an_answer_becomes_an_exit_code_and_its_detail_the_message(int status, int code)
    {
        await using var node = await FakeNode.Start();
        node.On("GET /api/status/", Canned.Problem(status, "this is why"), status);
        Assert.Equal(code, await _shell.Run(node, "status"));
        Assert.Equal("error: this is why\n", _shell.Error);
        Assert.Equal(string.Empty, _shell.Out);
    }

    [Fact]
    public async Task Data_folder_that_is_empty_is_wrong_usage()
    {
        Assert.Equal(ExitCode.Usage, await _shell.Run("status", "--data", ""));
        Assert.Equal("error: --data is empty\n", _shell.Error);
    }

    [Fact]
    public async Task Errors_of_fields_follow_the_detail()
    {
        await using var node = await FakeNode.Start();
        const string Errors = """{"interval":["is at least 1"],"venue":["unknown venue 'binanse'; did you mean 'binance'?"]}""";
        node.On("POST /api/exchanges/", Canned.Problem(422, "two fields are wrong", Errors), 422);
        Assert.Equal(ExitCode.Usage, await _shell.Run(node, "exchanges", "add", "x", "--venue", "binanse", "--interval", "0"));
        Assert.Equal(
            """
            error: two fields are wrong
              interval: is at least 1
              venue: unknown venue 'binanse'; did you mean 'binance'?

            """,
            _shell.Error);
    }

    [Fact]
    public async Task Answer_without_a_problem_still_ends_well()
    {
        await using var node = await FakeNode.Start();
        node.On("GET /api/status/", "<html>Bad gateway</html>", 502);
        Assert.Equal(ExitCode.Unreachable, await _shell.Run("status", "--url", node.Url));
        Assert.Equal($"error: {node.Url} answered 502 without a reason\n", _shell.Error);
    }

    [Fact]
    public async Task Answer_of_another_program_is_recognised()
    {
        await using var node = await FakeNode.Start();
        node.On("GET /api/status/", "<html>hello</html>");
        Assert.Equal(ExitCode.Failed, await _shell.Run("status", "--url", node.Url));
        Assert.Equal($"error: {node.Url} did not answer in JSON; is it a MarketManager node?\n", _shell.Error);
    }

    [Fact]
    public async Task Answer_that_lacks_a_field_is_named()
    {
        await using var node = await FakeNode.Start();
        node.On("GET /api/status/", """{"status":{}}""");
        Assert.Equal(ExitCode.Failed, await _shell.Run(node, "status"));
        Assert.StartsWith("error: the node's answer is not understood at '$.status'", _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_socket_means_not_running()
    {
        Assert.Equal(ExitCode.NotFound, await _shell.Run("status", "--data", "/nowhere"));
        Assert.Equal(
            "error: no node answers on /nowhere/marketmanager.sock; start one with 'marketmanager start', or name its folder with --data\n",
            _shell.Error);
    }

    [Fact]
    public async Task Socket_that_nobody_listens_on_means_not_running()
    {
        var folder = Directory.CreateTempSubdirectory("cli");
        try
        {
            using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, SocketPath.FileName)));
                Assert.Equal(ExitCode.NotFound, await _shell.Run("status", "--data", folder.FullName));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Address_that_nobody_listens_on_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://{listener.LocalEndpoint}";
        listener.Stop();
        Assert.Equal(ExitCode.Unreachable, await _shell.Run("status", "--url", url));
        Assert.Equal($"error: no node answers on {url} (Connection refused)\n", _shell.Error);
    }

    [Fact]
    public async Task Host_that_does_not_speak_tls_is_explained()
    {
        await using var node = await FakeNode.Start();
        var url = node.Url.Replace("http:", "https:", StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unreachable, await _shell.Run("status", "--url", url));
        Assert.Contains("is it http instead of https?", _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_that_is_not_trusted_is_explained()
    {
        await using var node = await FakeNode.Start(tls: true);
        Assert.Equal(ExitCode.Unreachable, await _shell.Run("status", "--url", node.Url));
        Assert.Equal(
            $"error: the certificate of {node.Url} is not accepted: its issuer (MarketManager test) is not trusted here; "
            + "name a file with the issuer's certificate in SSL_CERT_FILE, or install it on this system\n",
            _shell.Error);
    }

    [Fact]
    public async Task Certificate_for_another_name_is_explained()
    {
        await using var node = await FakeNode.Start(tls: true);
        var url = node.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unreachable, await _shell.Run("status", "--url", url));
        Assert.Equal(
            $"error: the certificate of {url} is not accepted: it is for another name (MarketManager test); use that in --url\n",
            _shell.Error);
    }

    [Theory]
    [InlineData("127.0.0.1:8080")]
    [InlineData("ftp://host")]
    [InlineData("http://user:password@host")]
    [InlineData("nonsense")]
    public async Task Url_that_is_none_is_wrong_usage(string url)
    {
        Assert.Equal(ExitCode.Usage, await _shell.Run("status", "--url", url));
        Assert.StartsWith("error: --url takes an address such as https://host:8443", _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_is_sent_to_an_address_and_never_to_the_socket()
    {
        await using var node = await FakeNode.Start();
        node.On("GET /api/status/", Canned.Status);
        _shell.Environment["MARKETMANAGER_KEY"] = "mm_1_secret";
        await _shell.Run("status", "--url", node.Url);
        await _shell.Run(node, "status");
        Assert.Equal(
            ["Bearer mm_1_secret", null],
            node.Requests.Select(request => request.Headers.GetValueOrDefault("Authorization")));
    }

    [Fact]
    public async Task Key_is_read_from_a_file()
    {
        await using var node = await FakeNode.Start();
        node.On("GET /api/status/", Canned.Status);
        var file = Path.Combine(node.Folder, "key");
        await File.WriteAllTextAsync(file, "mm_2_secret\n");
        _shell.Environment["MARKETMANAGER_KEY_FILE"] = file;
        await _shell.Run("status", "--url", node.Url);
        Assert.Equal("Bearer mm_2_secret", node.Requests.Single().Headers["Authorization"]);
    }

    [Fact]
    public async Task Missing_key_says_where_to_put_one()
    {
        await using var node = await FakeNode.Start();
        node.On("GET /api/status/", Canned.Problem(401, "a key is needed"), 401);
        Assert.Equal(ExitCode.NotAllowed, await _shell.Run("status", "--url", node.Url));
        Assert.Equal(
            "error: a key is needed; set MARKETMANAGER_KEY or MARKETMANAGER_KEY_FILE to an API key of this node\n", _shell.Error);
    }

    [Theory]
    [InlineData("exchanges list --limt 3", "unknown option '--limt'; did you mean '--limit'?")]
    [InlineData("exchange list", "unknown command 'exchange'; did you mean 'exchanges'?")]
    [InlineData("exchanges lst", "unknown command 'lst'; did you mean 'list'?")]
    [InlineData("exchanges list --limit x", "--limit takes a whole number, not 'x'")]
    [InlineData("exchanges list --limit 0", "--limit is at least 1, not 0")]
    [InlineData("exchanges list --limit", "--limit needs a value")]
    [InlineData("exchanges list --output xml", "--output is one of table, json, not 'xml'")]
    [InlineData("exchanges list --output jsn", "--output is one of table, json, not 'jsn'; did you mean 'json'?")]
    [InlineData("exchanges show", "'show' needs <exchange>")]
    [InlineData("exchanges show a b", "unexpected argument 'b'")]
    [InlineData("exchanges apply", "'apply' needs --file FILE")]
    [InlineData("--url http://x exchanges list", "option '--url' goes behind the command")]
    [InlineData("exchanges set binance interval", "'interval' is not of the form name=value")]
    [InlineData("exchanges add x --wait --disabled", "--wait would wait forever for the first run of a disabled exchange")]
    [InlineData("exchanges add x --options [1", "--options is not valid JSON: line 1, character 3")]
    [InlineData("completion bsh", "no completion for 'bsh'; did you mean 'bash'?; there are bash, zsh, fish")]
    public async Task Wrong_usage_is_2_and_says_what_was_meant(string line, string message)
    {
        Assert.Equal(ExitCode.Usage, await _shell.Run(line.Split(' ')));
        Assert.Equal($"error: {message}", _shell.Error.Split('\n')[0]);
        Assert.Equal(string.Empty, _shell.Out);
    }
}
