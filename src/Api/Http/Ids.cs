using System.Globalization;
using MarketManager.Api.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MarketManager.Api.Http;

/// <summary>Reads ids out of paths. What is no id is the id of nothing: 404.</summary>
internal static class Ids
{
    /// <summary>The exchange of the path; null where it is not an id in its one form.</summary>
    public static long? Exchange(HttpContext http) =>
        http.GetRouteValue("id") is string { Length: > 0 } text
        && text[0] != '0'
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : null;

    /// <summary>The run of the path; null where it is not an id.</summary>
    public static Guid? Run(HttpContext http) =>
        http.GetRouteValue("run_id") is string text && Guid.TryParseExact(text, "D", out var id) ? id : null;

    /// <summary>The problem of an exchange that is not there.</summary>
    public static Problem NoExchange(HttpContext http) => Problem.NotFound($"there is no exchange '{http.GetRouteValue("id")}'");

    /// <summary>The problem of a run that is not there.</summary>
    public static Problem NoRun(HttpContext http) =>
        Problem.NotFound($"exchange '{http.GetRouteValue("id")}' has no run '{http.GetRouteValue("run_id")}'");
}
