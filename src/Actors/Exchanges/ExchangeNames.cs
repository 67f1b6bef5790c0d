using System.Text;

namespace MarketManager.Actors.Exchanges;

/// <summary>What an exchange may be called, and the slug that is made of it.</summary>
public static class ExchangeNames
{
    /// <summary>The longest name.</summary>
    public const int MaxLength = 64;

    /// <summary>Why a name is not allowed; null where it is.</summary>
    public static string? Problem(string name)
    {
        const string Allowed = "allowed are 1 to 64 ASCII letters, digits, spaces and . _ -, with at least one letter";
        if (name.Length is 0 or > MaxLength)
        {
            return $"name has {name.Length} characters; {Allowed}";
        }

        foreach (var rune in name.EnumerateRunes())
        {
            if (!rune.IsAscii || !(char.IsAsciiLetterOrDigit((char)rune.Value) || " ._-".Contains((char)rune.Value, StringComparison.Ordinal)))
            {
                return $"name has the character '{Shown(rune)}'; {Allowed}";
            }
        }

        if (name[0] == ' ' || name[^1] == ' ')
        {
            return "name begins or ends with a space; leave it out";
        }

        return name.Any(char.IsAsciiLetter) ? null : $"name has no letter; {Allowed}";
    }

    /// <summary>The name in lower case, everything else than letters and digits as single dashes.</summary>
    public static string Slug(string name)
    {
        var slug = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(char.ToLowerInvariant(c));
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return slug.ToString().TrimEnd('-');
    }

    /// <summary>The slug, or it with the smallest number behind it that makes it free.</summary>
    public static string FreeSlug(string name, IReadOnlyCollection<string> taken)
    {
        var slug = Slug(name);
        var candidate = slug;
        for (var n = 2; taken.Contains(candidate); n++)
        {
            candidate = $"{slug}-{n}";
        }

        return candidate;
    }

    private static string Shown(Rune rune) =>
        Rune.IsControl(rune) || !Rune.IsValid(rune.Value) ? $"U+{rune.Value:X4}" : rune.ToString();
}
