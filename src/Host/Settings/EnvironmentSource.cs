using System.Text.RegularExpressions;
using MarketManager.Actors.Text;

namespace MarketManager.Host.Settings;

/// <summary>Settings from the variables <c>MARKETMANAGER_...</c>. An empty variable is one that is not set.</summary>
public static partial class EnvironmentSource
{
    /// <summary>What every variable begins with.</summary>
    public const string Prefix = "MARKETMANAGER_";

    // Read by other parts: the command line client, and the tests.
    private static readonly string[] Others =
        ["MARKETMANAGER_KEY", "MARKETMANAGER_KEY_FILE", "MARKETMANAGER_RECORDINGS"];

    /// <summary>Reads the variables; what is wrong goes to <paramref name="problems"/>.</summary>
    /// <param name="variables">All variables of the process.</param>
    /// <param name="readFile">Reads a file that a <c>..._FILE</c> variable names.</param>
    /// <param name="problems">One line each.</param>
    public static List<SettingValue> Read(
        IReadOnlyDictionary<string, string> variables, Func<string, string> readFile, List<string> problems)
    {
        var values = new List<SettingValue>();
        foreach (var (name, text) in variables.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || text.Length == 0 || Others.Contains(name)
                || IsInjectedByKubernetes(name, text))
            {
                continue;
            }

            if (KnownSettings.All.FirstOrDefault(s => s.Variable == name) is { } setting)
            {
                values.Add(new(setting, text, name));
            }
            else if (KnownSettings.All.FirstOrDefault(s => s.Secret && s.FileVariable == name) is { } secret)
            {
                AddFromFile(secret, name, text);
            }
            else
            {
                problems.Add($"unknown setting {name} in the environment{Nearest.Hint(name, Names())}");
            }
        }

        return values;

        void AddFromFile(Setting secret, string name, string path)
        {
            if (variables.GetValueOrDefault(secret.Variable) is { Length: > 0 })
            {
                problems.Add($"{secret.Variable} and {name} are both set; one must go");
                return;
            }

            try
            {
                values.Add(new(secret, readFile(path).TrimEnd('\r', '\n'), name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{name}: cannot read '{path}': {e.Message}");
            }
        }
    }

    // Kubernetes gives every pod variables for each service: for one called "marketmanager" (or "marketmanager-...")
    // they begin with our prefix. https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
    private static bool IsInjectedByKubernetes(string name, string text) =>
        ServiceVariable().IsMatch(name) || (PortVariable().IsMatch(name) && PortValue().IsMatch(text));

    private static IEnumerable<string> Names() =>
        KnownSettings.All.SelectMany(s => s.Secret ? new[] { s.Variable, s.FileVariable } : [s.Variable]);

    [GeneratedRegex("^MARKETMANAGER(_[A-Z0-9_]+)?(_SERVICE_HOST|_SERVICE_PORT(_[A-Z0-9_]+)?|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$")]
    private static partial Regex ServiceVariable();

    [GeneratedRegex("^MARKETMANAGER(_[A-Z0-9_]+)?_PORT$")]
    private static partial Regex PortVariable();

    [GeneratedRegex("^(tcp|udp|sctp)://")]
    private static partial Regex PortValue();
}
