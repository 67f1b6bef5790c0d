using MarketManager.Actors.Text;
using MarketManager.Api.Http;
using MarketManager.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Requests;

/// <summary>Refuses parameters that a route does not have, or that are given twice; for every route, in one place.</summary>
internal static class QueryRules
{
    /// <summary>The problem with the query's parameters; null where there is none. Values are the handlers' business.</summary>
    public static Problem? Check(HttpContext http, ApiRoute route)
    {
        if (!http.Request.QueryString.HasValue)
        {
            return null;
        }

        var errors = new ErrorList();
        foreach (var (name, values) in http.Request.Query)
        {
            var known = route.Query.Select(parameter => parameter.Name);
            if (!known.Contains(name))
            {
                errors.Add(name, $"unknown parameter '{name}'" + Advice(name, known));
            }
            else if (values.Count > 1)
            {
                errors.Add(name, $"{name} is given {values.Count} times; give it once");
            }
        }

        return errors.Problem;
    }

    private static string Advice(string name, IEnumerable<string> known) =>
        Nearest.Hint(name, known) is { Length: > 0 } hint ? hint
        : known.Any() ? "; there are " + string.Join(", ", known)
        : "; this route has none";
}
