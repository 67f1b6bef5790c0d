using System.Net;
using MarketManager.Actors.Access;

namespace MarketManager.Api.Tests;

public sealed class AccessTests
{
    private static readonly ApiOptions KeysRequired = new() { Access = AccessMode.KeysRequired };

    public static readonly TheoryData<string, string, string?, Role?> Matrix = new()
    {
        { "GET", "/api/exchanges/", null, Role.Viewer },
        { "GET", "/api/exchanges/1/", null, Role.Viewer },
        { "GET", "/api/exchanges/1/runs/", null, Role.Viewer },
        { "GET", "/api/markets/", null, Role.Viewer },
        { "GET", "/api/venues/", null, Role.Viewer },
        { "GET", "/api/venues/binance/", null, Role.Viewer },
        { "GET", "/api/status/", null, Role.Viewer },
        { "GET", "/metrics", null, Role.Viewer },
        { "GET", "/docs", null, Role.Viewer },
        { "GET", "/docs/swagger-ui.css", null, Role.Viewer },
        { "GET", "/openapi/v1.json", null, Role.Viewer },
        { "GET", "/api/nothing", null, Role.Viewer },
        { "PUT", "/api/exchanges/", null, Role.Viewer },
        { "POST", "/api/exchanges/1/run/", null, Role.Operator },
        { "PATCH", "/api/exchanges/1/", "{\"enabled\":false}", Role.Operator },
        { "POST", "/api/pause/", null, Role.Operator },
        { "POST", "/api/resume/", null, Role.Operator },
        { "PATCH", "/api/exchanges/1/", "{\"enabled\":false,\"interval\":5}", Role.Admin },
        { "PATCH", "/api/exchanges/1/", "{\"interval\":5}", Role.Admin },
        { "POST", "/api/exchanges/", "{\"name\":\"a\"}", Role.Admin },
        { "DELETE", "/api/exchanges/1/", null, Role.Admin },
        { "GET", "/api/keys/", null, Role.Admin },
        { "POST", "/api/keys/", "{\"name\":\"a\",\"role\":\"viewer\"}", Role.Admin },
        { "DELETE", "/api/keys/x/", null, Role.Admin },
        { "GET", "/healthz/live", null, null },
        { "GET", "/healthz/ready", null, null },
        { "GET", "/", null, null },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Each_route_is_for_its_role_and_those_above(string method, string path, string? body, Role? needed)
    {
        await using var api = await ApiServer.Start(KeysRequired);
        api.Exchanges.Add("Binance");
        var keys = Enum.GetValues<Role>().ToDictionary(role => role, api.Keys.Put);
        Assert.Equal(needed is not null, (await api.Send(method, path, body)).Status == 401);
        foreach (var (role, key) in keys)
        {
            var reply = await api.Send(method, path, body, headers: ("Authorization", "Bearer " + key));
            Assert.NotEqual(401, reply.Status);
            Assert.Equal(role < needed, reply.Status == 403);
        }
    }

    [Theory]
    [InlineData(null, "Bearer realm=\"marketmanager\"")]
    [InlineData("Bearer mm_000000000000_wrong", "Bearer realm=\"marketmanager\", error=\"invalid_token\"")]
    [InlineData("Bearer mm_", "Bearer realm=\"marketmanager\", error=\"invalid_token\"")]
    [InlineData("Basic YTpi", "Bearer realm=\"marketmanager\", error=\"invalid_token\"")]
    public async Task Without_a_good_key_it_is_401_and_says_how(string? authorization, string challenge)
    {
        await using var api = await ApiServer.Start(KeysRequired);
        var reply = authorization is null
            ? await api.Get("/api/status/")
            : await api.Get("/api/status/", ("Authorization", authorization));
        reply.Problem(401, "unauthorized");
        Assert.Equal(challenge, reply.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task A_key_with_another_keys_secret_is_401()
    {
        await using var api = await ApiServer.Start(KeysRequired);
        var (one, other) = (api.Keys.Put(Role.Viewer), api.Keys.Put(Role.Admin));
        var mixed = one[..one.LastIndexOf('_')] + other[other.LastIndexOf('_')..];
        (await api.Get("/api/status/", ("Authorization", "Bearer " + mixed))).Problem(401, "unauthorized");
    }

    [Fact]
    public async Task A_role_that_is_too_low_is_403_and_says_which_is_needed()
    {
        await using var api = await ApiServer.Start(KeysRequired);
        var key = api.Keys.Put(Role.Operator);
        var problem = (await api.Send("POST", "/api/exchanges/", "{\"name\":\"a\"}", headers: ("Authorization", "bearer " + key))).Problem(403, "forbidden");
        Assert.Equal($"this needs the role admin; the key '{api.Keys.All[0].Id}' has operator", problem.GetProperty("detail").GetString());
        Assert.Empty(api.Exchanges.All);
    }

    [Theory]
    [InlineData("localhost:{0}", null, 200)]
    [InlineData("127.0.0.1:{0}", null, 200)]
    [InlineData("[::1]:{0}", null, 200)]
    [InlineData("LOCALHOST", null, 200)]
    [InlineData("mm.internal:{0}", null, 200)]
    [InlineData("evil.example", null, 403)]
    [InlineData("evil.example:{0}", null, 403)]
    [InlineData("localhost.evil.example:{0}", null, 403)]
    [InlineData("127.0.0.2:{0}", null, 403)]
    [InlineData("localhost:{0}", "http://localhost:{0}", 200)]
    [InlineData("localhost:{0}", "http://127.0.0.1:{0}", 200)]
    [InlineData("localhost:{0}", "http://evil.example", 403)]
    [InlineData("localhost:{0}", "http://localhost:1", 403)]
    [InlineData("localhost:{0}", "null", 403)]
    [InlineData("localhost:{0}", "file://localhost:{0}", 403)]
    [InlineData("localhost:{0}", "", 403)]
    public async Task An_open_api_refuses_foreign_hosts_and_origins(string host, string? origin, int status)
    {
        await using var api = await ApiServer.Start(new ApiOptions { Hosts = ["mm.internal"] });
        var port = api.Http.BaseAddress!.Port;
        foreach (var path in new[] { "/api/status/", "/healthz/live", "/", "/metrics" })
        {
            List<(string, string)> headers = [("Host", Of(host))];
            if (origin is not null)
            {
                headers.Add(("Origin", Of(origin)));
            }

            var reply = await api.Send("GET", path, headers: [.. headers]);
            Assert.Equal(status, reply.Status);
            if (status == 403)
            {
                reply.Problem(403, origin is null ? "foreign-host" : "foreign-origin");
            }
        }

        string Of(string text) => text.Replace("{0}", port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_keys_are_required_any_host_will_do()
    {
        await using var api = await ApiServer.Start(KeysRequired);
        var key = ("Authorization", "Bearer " + api.Keys.Put(Role.Viewer));
        Assert.Equal(200, (await api.Get("/api/status/", key, ("Host", "mm.example"), ("Origin", "http://elsewhere.example"))).Status);
    }

    [Fact]
    public async Task On_open_loopback_a_key_that_is_given_counts()
    {
        await using var api = await ApiServer.Start();
        var viewer = api.Keys.Put(Role.Viewer);
        (await api.Send("POST", "/api/pause/", headers: ("Authorization", "Bearer " + viewer))).Problem(403, "forbidden");
        (await api.Get("/api/status/", ("Authorization", "Bearer wrong"))).Problem(401, "unauthorized");
    }

    [Theory]
    [InlineData(AccessMode.OpenOnLoopback)]
    [InlineData(AccessMode.KeysRequired)]
    public async Task Over_the_socket_no_key_is_needed_for_anything(AccessMode access)
    {
        await using var api = await ApiServer.Start(new ApiOptions { Access = access });
        using var client = api.OverSocket();
        using var answer = await client.GetAsync(new Uri("/api/keys/", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_works_at_once_and_not_after_it_is_revoked()
    {
        await using var api = await ApiServer.Start(KeysRequired);
        var admin = ("Authorization", "Bearer " + api.Keys.Put(Role.Admin));
        Assert.Equal(200, (await api.Get("/api/keys/", admin)).Status);

        var added = await api.Send("POST", "/api/keys/", "{\"name\":\"bot\",\"role\":\"viewer\"}", headers: admin);
        var (id, text) = (added.Json.GetProperty("id").GetString()!, added.Json.GetProperty("key").GetString()!);
        Assert.Equal((201, $"/api/keys/{id}/", "no-store"), (added.Status, added.Header("Location"), added.Header("Cache-Control")));
        Assert.StartsWith($"mm_{id}_", text, StringComparison.Ordinal);
        Assert.Equal(200, (await api.Get("/api/status/", ("Authorization", "Bearer " + text))).Status);

        var list = await api.Get("/api/keys/", admin);
        Assert.DoesNotContain(text[^20..], list.Text, StringComparison.Ordinal);
        Assert.Equal(2, list.Json.GetProperty("count").GetInt32());

        Assert.Equal(204, (await api.Send("DELETE", $"/api/keys/{id}/", headers: admin)).Status);
        (await api.Get("/api/status/", ("Authorization", "Bearer " + text))).Problem(401, "unauthorized");
        (await api.Send("DELETE", $"/api/keys/{id}/", headers: admin)).Problem(404, "not-found");
    }

    [Fact]
    public async Task A_key_revoked_elsewhere_is_refused_after_the_refresh_and_one_added_elsewhere_is_found()
    {
        await using var api = await ApiServer.Start(KeysRequired);
        var key = ("Authorization", "Bearer " + api.Keys.Put(Role.Viewer));
        Assert.Equal(200, (await api.Get("/api/status/", key)).Status);
        await api.Keys.Revoke(api.Keys.All[0].Id, api.Clock.GetUtcNow(), CancellationToken.None);
        api.Clock.Advance(TimeSpan.FromSeconds(1));
        (await api.Get("/api/status/", key)).Problem(401, "unauthorized");

        var added = ("Authorization", "Bearer " + api.Keys.Put(Role.Viewer));
        api.Clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(200, (await api.Get("/api/status/", added)).Status);
    }

    [Fact]
    public async Task Guessing_keys_does_not_reach_the_store_each_time()
    {
        await using var api = await ApiServer.Start(KeysRequired);
        for (var i = 0; i < 20; i++)
        {
            await api.Get("/api/status/", ("Authorization", $"Bearer mm_{i}_x"));
        }

        Assert.Equal(1, api.Keys.Reads);
    }

    [Fact]
    public async Task While_the_store_is_away_known_keys_go_on_and_without_any_it_is_503()
    {
        await using var api = await ApiServer.Start(KeysRequired);
        var key = ("Authorization", "Bearer " + api.Keys.Put(Role.Viewer));
        api.Keys.Away = true;
        (await api.Get("/api/status/", key)).Problem(503, "unavailable");
        api.Keys.Away = false;
        Assert.Equal(200, (await api.Get("/api/status/", key)).Status);
        api.Keys.Away = true;
        api.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(200, (await api.Get("/api/status/", key)).Status);
    }

    [Fact]
    public async Task A_store_that_hangs_is_waited_for_once_and_known_keys_go_on()
    {
        await using var api = await ApiServer.Start(KeysRequired);
        var key = ("Authorization", "Bearer " + api.Keys.Put(Role.Viewer));
        Assert.Equal(200, (await api.Get("/api/status/", key)).Status);
        var hanging = new TaskCompletionSource();
        api.Keys.Held = hanging.Task;
        api.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(200, (await api.Get("/api/status/", key)).Status);

        api.Clock.Advance(TimeSpan.FromSeconds(1));
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => api.Get("/api/status/", key)));
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(2, api.Keys.Reads);

        await api.Keys.Revoke(api.Keys.All[0].Id, api.Clock.GetUtcNow(), CancellationToken.None);
        hanging.SetResult();
        Assert.True(SpinWait.SpinUntil(() => api.Get("/api/status/", key).GetAwaiter().GetResult().Status == 401, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_key_that_nobody_knows_is_looked_for_once_however_slow_the_store_is()
    {
        await using var api = await ApiServer.Start(KeysRequired);
        api.Keys.Put(Role.Viewer);
        api.Keys.OnRead = () => api.Clock.Advance(TimeSpan.FromMilliseconds(300));
        (await api.Get("/api/status/", ("Authorization", "Bearer mm_1_x"))).Problem(401, "unauthorized");
        Assert.InRange(api.Keys.Reads, 1, 2);
    }

    [Fact]
    public async Task A_store_that_hangs_before_any_key_was_read_is_503()
    {
        await using var api = await ApiServer.Start(KeysRequired);
        api.Keys.Held = new TaskCompletionSource().Task;
        (await api.Get("/api/status/", ("Authorization", "Bearer " + api.Keys.Put(Role.Viewer)))).Problem(503, "unavailable");
    }

    [Theory]
    [InlineData("{\"role\":\"viewer\"}", "name", "name is required: a text of 1 to 64 characters")]
    [InlineData("{\"name\":\" \",\"role\":\"viewer\"}", "name", "name must have 1 to 64 characters that are not all spaces, not 1")]
    [InlineData("{\"name\":\"a\",\"role\":\"viever\"}", "role", "role must be one of viewer, operator, trader, admin; did you mean 'viewer'?")]
    [InlineData("{\"name\":\"a\",\"role\":\"viewer\",\"key\":\"x\"}", "key", "key is set by the server")]
    public async Task A_key_that_is_not_valid_is_422(string body, string field, string message)
    {
        await using var api = await ApiServer.Start();
        (await api.Send("POST", "/api/keys/", body)).Invalid(field, message);
        Assert.Empty(api.Keys.All);
    }

    [Fact]
    public async Task A_key_cannot_be_asked_for_twice()
    {
        await using var api = await ApiServer.Start();
        (await api.Send("POST", "/api/keys/", "{\"name\":\"a\",\"role\":\"viewer\"}", headers: ("Idempotency-Key", "k")))
            .Invalid("Idempotency-Key", "Idempotency-Key is not possible here: a key is shown once");
    }

    [Fact]
    public async Task Requests_beyond_the_limit_of_a_key_are_429_until_time_passes()
    {
        await using var api = await ApiServer.Start(KeysRequired with { RequestsPerSecond = 2, Burst = 3 });
        var (one, other) = (("Authorization", "Bearer " + api.Keys.Put(Role.Viewer)), ("Authorization", "Bearer " + api.Keys.Put(Role.Viewer)));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await api.Get("/api/status/", one)).Status);
        }

        var refused = await api.Get("/api/status/", one);
        refused.Problem(429, "too-many-requests");
        Assert.Equal("1", refused.Header("Retry-After"));
        Assert.Equal(200, (await api.Get("/api/status/", other)).Status);
        api.Clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(200, (await api.Get("/api/status/", one)).Status);
        Assert.Equal(429, (await api.Get("/api/status/", one)).Status);
    }

    [Fact]
    public async Task There_is_no_limit_on_open_loopback()
    {
        await using var api = await ApiServer.Start(new ApiOptions { RequestsPerSecond = 1, Burst = 1 });
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(200, (await api.Get("/api/status/")).Status);
        }
    }

    [Theory]
    [InlineData("mm_a_b", "a", "b")]
    [InlineData("mm_a_b_c", "a", "b_c")]
    [InlineData("mm__b", null, null)]
    [InlineData("mm_a_", null, null)]
    [InlineData("mm_a", null, null)]
    [InlineData("MM_a_b", null, null)]
    [InlineData("", null, null)]
    public void A_keys_text_is_taken_apart(string text, string? id, string? secret)
    {
        Assert.Equal(id is not null, KeySecret.TryParse(text, out var itsId, out var itsSecret));
        Assert.Equal((id, secret), (itsId, itsSecret));
    }

    [Fact]
    public void Created_keys_differ_and_match_only_themselves()
    {
        var (key, text) = KeySecret.Create("a", Role.Admin, default);
        var (other, _) = KeySecret.Create("a", Role.Admin, default);
        Assert.True(KeySecret.TryParse(text, out var id, out var secret));
        Assert.Equal(key.Id, id);
        Assert.True(KeySecret.Matches(key, secret));
        Assert.False(KeySecret.Matches(other, secret));
        Assert.NotEqual(key.Id, other.Id);
    }
}
