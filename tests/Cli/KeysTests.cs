using MarketManager.Cli.Tests.Fakes;
using Xunit;

namespace MarketManager.Cli.Tests;

public sealed class KeysTests
{
    private readonly Terminal _shell = new() { OfflineKeys = new FakeOfflineKeys() };

    [Fact]
    public async Task Key_is_made_by_the_node_where_one_answers()
    {
        await using var node = await FakeNode.Start();
        node.On("GET /api/status/", Canned.Status).On(
            "POST /api/keys/",
            """{"id":"a1","name":"bot","role":"viewer","created":"2026-11-20T12:00:00.000Z","revoked":null,"key":"mm_a1_secret"}""",
            201);
        Assert.Equal(ExitCode.Done, await _shell.Run(node, "keys", "add", "bot"));
        Assert.Equal("mm_a1_secret\n", _shell.Out);
        Assert.Equal("made key a1 ('bot', viewer); it is shown this once:\n", _shell.Error);
        Assert.Equal("""{"name":"bot","role":"viewer"}""", node.Requests.Last().Body);
        Assert.DoesNotContain("Idempotency-Key", node.Requests.Last().Headers.Keys);
    }

    [Fact]
    public async Task Key_is_made_in_the_folder_where_no_node_answers()
    {
        Assert.Equal(ExitCode.Done, await _shell.Run("keys", "add", "ops", "--role", "admin", "--data", "/nowhere"));
        Assert.Equal("mm_k1_secret\n", _shell.Out);
        Assert.Equal("/nowhere", ((FakeOfflineKeys)_shell.OfflineKeys!).Folder);
        Assert.Equal(
            "no node runs here; these are the keys in /nowhere\nmade key k1 ('ops', admin); it is shown this once:\n", _shell.Error);
    }

    [Fact]
    public async Task Key_of_the_folder_shows_times_as_a_node_does()
    {
        Assert.Equal(ExitCode.Done, await _shell.Run("keys", "add", "ops", "--output", "json", "--data", "/nowhere"));
        Assert.Contains("\"created\": \"2026-11-20T11:55:00.000Z\"", _shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_in_the_folder_are_listed_without_their_secrets_and_revoked_once()
    {
        await _shell.Run("keys", "add", "ops", "--role", "admin", "--data", "/nowhere");
        await _shell.Run("keys", "add", "bot", "--data", "/nowhere");
        Assert.Equal(ExitCode.Done, await _shell.Run("keys", "revoke", "k1", "--data", "/nowhere"));
        Assert.Equal(ExitCode.NotFound, await _shell.Run("keys", "revoke", "k1", "--data", "/nowhere"));

        var list = new Terminal { OfflineKeys = _shell.OfflineKeys };
        Assert.Equal(ExitCode.Done, await list.Run("keys", "list", "--data", "/nowhere"));
        Assert.Equal(
            """
            ID  NAME  ROLE    CREATED  STATE
            k1  ops   admin    5m ago  revoked now
            k2  bot   viewer   5m ago  good

            """,
            list.Out);
    }

    [Fact]
    public async Task Folder_is_left_alone_where_an_address_was_named()
    {
        Assert.Equal(ExitCode.Unreachable, await _shell.Run("keys", "add", "bot", "--url", "http://127.0.0.1:1"));
        Assert.Null(((FakeOfflineKeys)_shell.OfflineKeys!).Folder);
    }
}
