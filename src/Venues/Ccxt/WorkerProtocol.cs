using System.Text.Json;
using System.Text.Json.Serialization;

namespace MarketManager.Venues.Ccxt;

/// <summary>A gather wants to send a request.</summary>
internal sealed record AcquireParams(long Gather, string Endpoint, double Cost, double RateLimit);

/// <summary>A venue has answered a request of a gather; headers are those that tell about limits.</summary>
internal sealed record HttpParams(long Gather, string Endpoint, int Status, Dictionary<string, string> Headers);

/// <summary>A venue announced its weight per minute.</summary>
internal sealed record LimitParams(long Gather, string Endpoint, double Limit);

/// <summary>The worker is alive.</summary>
/// <param name="Memory">Resident bytes.</param>
internal sealed record HeartbeatParams(long Memory);

/// <summary>An answer that is an error.</summary>
internal sealed record RpcError(int Code, string Message, RpcErrorData? Data);

/// <summary>What ccxt knew of an error.</summary>
internal sealed record RpcErrorData(string Class, int? HttpStatus, string? RetryAfter);

/// <summary>A venue as ccxt describes it; a capability is true, false or "emulated".</summary>
internal sealed record VenueDescription(
    string Id,
    string Name,
    List<string> Countries,
    string? Url,
    string? ApiUrl,
    string? Logo,
    string? Doc,
    double RateLimit,
    Dictionary<string, JsonElement> Has);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(AcquireParams))]
[JsonSerializable(typeof(HttpParams))]
[JsonSerializable(typeof(LimitParams))]
[JsonSerializable(typeof(HeartbeatParams))]
[JsonSerializable(typeof(RpcError))]
[JsonSerializable(typeof(List<VenueDescription>))]
internal sealed partial class WorkerJson : JsonSerializerContext;
