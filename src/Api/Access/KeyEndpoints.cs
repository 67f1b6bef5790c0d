using System.Text.Json;
using MarketManager.Actors.Access;
using MarketManager.Actors.Text;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;
using MarketManager.Api.Problems;
using MarketManager.Api.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MarketManager.Api.Access;

/// <summary>Adds, lists and revokes keys.</summary>
internal sealed partial class KeyEndpoints(IKeyStore store, KeyRing ring, TimeProvider time, ILogger<KeyEndpoints> log)
    : IEndpoints
{
    private const int MaxNameLength = 64;

    private static readonly string[] OrderFields = ["id", "name", "role", "created", "revoked"];

    private static readonly IReadOnlyList<BodyField> Fields =
    [
        new("name", FieldOwner.Client, "a text of 1 to 64 characters"),
        new("role", FieldOwner.Client, "one of " + string.Join(", ", Names<Role>.All)),
        new("id", FieldOwner.Server),
        new("key", FieldOwner.Server),
        new("created", FieldOwner.Server),
        new("revoked", FieldOwner.Server),
    ];

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/api/keys/", Role.Admin, "List all keys, oldest first; revoked ones too", List)
        {
            Query = ListQuery.Parameters(OrderFields),
            Answers = [new(200, "Key", "A page of keys, without their secrets.") { List = true }],
        },
        new("POST", "/api/keys/", Role.Admin, "Add a key", Add)
        {
            Body = new("NewKey"),
            Answers = [new(201, "AddedKey", "The key; its text is shown this once.")],
            Errors = [413, 415, 507],
        },
        new("DELETE", "/api/keys/{id}/", Role.Admin, "Revoke a key; acts within a second on every node", Revoke)
        {
            Answers = [new(204, null, "It is revoked.")],
            Errors = [404, 507],
        },
    ];

    private async Task List(HttpContext http)
    {
        var query = new QueryReader(http);
        var list = ListQuery.Read(query, OrderFields);
        if (query.Errors.Problem is { } invalid)
        {
            await invalid.Write(http);
            return;
        }

        var all = MemoryList.Order(await store.List(http.RequestAborted), list.Ordering, Field);
        await ListReply.Send(http, list, KeyJson.Rows, all);
    }

    private async Task Add(HttpContext http)
    {
        var (body, refused) = await RequestBody.Read(http);
        if (body is null)
        {
            await refused!.Write(http);
            return;
        }

        if (http.Request.Headers.ContainsKey(IdempotencyHeader.Name))
        {
            // A repeat would have to show the key again, and keys are not kept in a form that can be shown.
            await Problem.Invalid(
                IdempotencyHeader.Name, $"{IdempotencyHeader.Name} is not possible here: a key is shown once").Write(http);
            return;
        }

        var (name, role, invalid) = Read(body.Root);
        if (invalid is not null)
        {
            await invalid.Write(http);
            return;
        }

        var (key, text) = KeySecret.Create(name, role, time.GetUtcNow());
        await store.Add(key, http.RequestAborted);
        ring.Forget();
        var caller = Caller.Of(http).Id;
        Added(log, key.Id, role, caller);
        http.Response.Headers.Location = $"/api/keys/{key.Id}/";
        http.Response.Headers.CacheControl = "no-store";
        using var buffer = ReplyBuffer.Rent();
        KeyJson.Write(buffer.Json, key, text);
        await Reply.Send(http, StatusCodes.Status201Created, buffer);
    }

    private async Task Revoke(HttpContext http)
    {
        var id = (string)http.GetRouteValue("id")!;
        if (!await store.Revoke(id, time.GetUtcNow(), http.RequestAborted))
        {
            await Problem.NotFound($"there is no key '{id}' that is good").Write(http);
            return;
        }

        ring.Forget();
        var caller = Caller.Of(http).Id;
        Revoked(log, id, caller);
        await Reply.Empty(http, StatusCodes.Status204NoContent);
    }

    private static (string Name, Role Role, Problem? Invalid) Read(JsonElement body)
    {
        var reader = new BodyReader(body, Fields, change: false);
        reader.Require("name");
        reader.Require("role");
        var (name, role) = (reader.Text("name").Value, reader.Text("role").Value);
        if (name is not null && (name.Length > MaxNameLength || string.IsNullOrWhiteSpace(name)))
        {
            reader.Errors.Add(
                "name", $"name must have 1 to {MaxNameLength} characters that are not all spaces, not {name.Length}");
        }

        if (role is not null && !Names<Role>.All.Contains(role))
        {
            reader.Errors.Add(
                "role", $"role must be one of {string.Join(", ", Names<Role>.All)}{Nearest.Hint(role, Names<Role>.All)}");
        }

        return reader.Errors.Problem is { } problem
            ? (string.Empty, default, problem)
            : (name!, (Role)Names<Role>.All.ToList().IndexOf(role!), null);
    }

    private static IComparable? Field(ApiKey key, string field) => field switch
    {
        "id" => key.Id,
        "name" => key.Name,
        "role" => key.Role,
        "created" => key.Created,
        "revoked" => key.Revoked,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "a field that keys are not ordered by"),
    };

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Key {KeyId} with role {Role} was added by {Caller}")]
    private static partial void Added(ILogger log, string keyId, Role role, string caller);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Key {KeyId} was revoked by {Caller}")]
    private static partial void Revoked(ILogger log, string keyId, string caller);
}
