using MarketManager.Actors.Access;
using MarketManager.Api.Problems;
using MarketManager.Api.Requests;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Access;

/// <summary>Who sends a request.</summary>
/// <param name="Id">A key's id, or <c>local</c>.</param>
/// <param name="Role">What it may do.</param>
internal sealed record Caller(string Id, Role Role)
{
    /// <summary>Someone on this machine who needs no key.</summary>
    public static readonly Caller Local = new("local", Role.Admin);

    /// <summary>The caller of a request that was let in.</summary>
    public static Caller Of(HttpContext http) =>
        http.Features.Get<Caller>()
        ?? throw new InvalidOperationException("this route is open to anyone; it cannot ask who calls");

    /// <summary>The problem of a role that is less than needed; null where it is enough.</summary>
    public Problem? Lacks(Role needed) => Role >= needed
        ? null
        : new Problem(
            ProblemKind.Forbidden, $"this needs the role {Names<Role>.Of(needed)}; the key '{Id}' has {Names<Role>.Of(Role)}");
}
