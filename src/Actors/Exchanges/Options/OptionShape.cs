using System.Collections.Frozen;
using System.Text.Json;

namespace MarketManager.Actors.Exchanges.Options;

/// <summary>What holds for options at any depth: how deep, each key once, no keys or secrets of accounts.</summary>
internal static class OptionShape
{
    // ccxt's requiredCredentials and what venues call the same, in lower case, letters and digits only.
    private static readonly FrozenSet<string> SecretNames =
        new[] { "uid", "login", "twofa", "totp", "jwt", "accountid" }.ToFrozenSet();

    private static readonly string[] SecretEndings =
    [
        "apikey", "accesskey", "secretkey", "privatekey", "sessionkey", "listenkey", "secret", "password", "passwd",
        "passphrase", "token", "authorization", "signature", "credential", "credentials", "cookie", "mnemonic", "seedphrase",
        "walletaddress",
    ];

    // Names that mean something to every JavaScript object.
    private static readonly FrozenSet<string> JavaScriptNames = new[] { "__proto__", "constructor", "prototype" }.ToFrozenSet();

    /// <summary>Whether a key is refused wherever it stands.</summary>
    public static bool IsRefused(string key) => IsSecret(key) || JavaScriptNames.Contains(key);

    /// <summary>Whether a key names something that belongs to an account: spelling, hyphens and prefixes do not matter.</summary>
    public static bool IsSecret(string key)
    {
        var plain = new string([.. key.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);
        return SecretNames.Contains(plain) || SecretEndings.Any(ending => plain.EndsWith(ending, StringComparison.Ordinal));
    }

    /// <summary>Checks an element and all below it.</summary>
    /// <returns>False where it is nested too deeply for the other rules to look at it.</returns>
    public static bool Check(OptionProblems problems, string path, JsonElement element, int depth = 1)
    {
        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return true;
        }

        if (depth > ExchangeOptions.MaxDepth)
        {
            problems.Add(path, $"is nested more than {ExchangeOptions.MaxDepth} levels deep");
            return false;
        }

        return element.ValueKind == JsonValueKind.Object
            ? CheckMembers(problems, path, element, depth)
            : CheckItems(problems, path, element, depth);
    }

    /// <summary>Everything below an element that is neither object nor array, but for what stands under a refused key.</summary>
    public static IEnumerable<(string Path, JsonElement Value)> Leaves(string path, JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject()
                .Where(member => !IsRefused(member.Name))
                .SelectMany(member => Leaves(OptionProblems.Join(path, member.Name), member.Value)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Leaves($"{path}[{index}]", item)),
            _ => [(path, element)],
        };

    private static bool CheckMembers(OptionProblems problems, string path, JsonElement element, int depth)
    {
        var (shallow, seen) = (true, new HashSet<string>(StringComparer.Ordinal));
        foreach (var member in element.EnumerateObject())
        {
            var at = OptionProblems.Join(path, member.Name);
            if (!seen.Add(member.Name))
            {
                problems.Add(at, "is there twice");
            }
            else if (IsSecret(member.Name))
            {
                problems.Add(at, "keys and secrets are refused here; options are shown to everyone who may read");
            }
            else if (JavaScriptNames.Contains(member.Name))
            {
                problems.Add(at, "this key is refused");
            }
            else
            {
                shallow &= Check(problems, at, member.Value, depth + 1);
            }
        }

        return shallow;
    }

    private static bool CheckItems(OptionProblems problems, string path, JsonElement element, int depth)
    {
        var (shallow, index) = (true, 0);
        foreach (var item in element.EnumerateArray())
        {
            shallow &= Check(problems, $"{path}[{index++}]", item, depth + 1);
        }

        return shallow;
    }
}
