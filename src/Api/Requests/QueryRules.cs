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
            string[] known = [.. route.Query.Select(parameter => parameter.Name)];
            if (!known.Contains(name))
            {
                errors.Add(name, $"unknown parameter '{name}'" + Nearest.HintOrAll(name, known, "; this route has none"));
            }
            else if (values.Count > 1)
            {
                errors.Add(name, $"{name} is given {values.Count} times; give it once");
            }
        }

        return errors.Problem;
    }
}
