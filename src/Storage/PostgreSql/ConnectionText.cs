using System.Data.Common;
using MarketManager.Storage.PostgreSql.Sessions;
using Npgsql;

namespace MarketManager.Storage.PostgreSql;

/// <summary>Looks at a connection string before anybody connects with it.</summary>
public static class ConnectionText
{
    /// <summary>How one looks.</summary>
    public const string Form = "Host=...;Database=...;Username=...";

    private static readonly string[] Urls = ["postgres://", "postgresql://", "//"];
    private static readonly string[] Passwords = ["password", "psw", "pwd"];

    /// <summary>What is wrong with it, as the end of a sentence that begins with where it stood; null where it can be tried.</summary>
    /// <remarks>Never says what stands in it, but for the names of its parts: the rest may be a password.</remarks>
    public static string? ProblemOf(string text)
    {
        if (text.Trim().Length == 0)
        {
            return "is empty; it is a connection string such as Host=db;Database=marketmanager;Username=marketmanager";
        }

        if (Urls.Any(url => text.TrimStart().StartsWith(url, StringComparison.OrdinalIgnoreCase)))
        {
            return $"is a URL; write {Form}";
        }

        var parts = new DbConnectionStringBuilder();
        try
        {
            parts.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            return $"is no connection string; write {Form}";
        }

        return ProblemOf(parts) ?? Unusable(text);
    }

    private static string? ProblemOf(DbConnectionStringBuilder parts)
    {
        var known = new NpgsqlConnectionStringBuilder();
        foreach (string name in parts.Keys)
        {
            if (!known.ContainsKey(name))
            {
                // What follows a ; inside of a password is taken for the next part.
                return parts.Keys.Cast<string>().Any(Passwords.Contains)
                    ? $"has a part that is not known (a password with ; in it stands in double quotes); write {Form}"
                    : $"has a part that is not known, '{name}'; write {Form}";
            }

            try
            {
                known[name] = parts[name];
            }
            catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException or NotSupportedException)
            {
                return $"has a value for '{name}' that it cannot have";
            }
        }

        return string.IsNullOrWhiteSpace(known.Host) ? $"names no host; write {Form}" : null;
    }

    // Parts that are well each for itself, but not together.
    private static string? Unusable(string text)
    {
        try
        {
            var settings = PostgresSession.Common(text, "mm");
            settings.TargetSessionAttributes = null; // not of a source, but of what is taken from it
            NpgsqlDataSource.Create(settings).Dispose();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or InvalidOperationException)
        {
            return $"cannot be used: {e.Message}";
        }
    }
}
