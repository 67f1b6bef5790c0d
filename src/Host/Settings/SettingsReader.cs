namespace MarketManager.Host.Settings;

/// <summary>Brings the sources together: the command line wins over the environment, which wins over the file.</summary>
/// <param name="variables">All variables of the process.</param>
/// <param name="configFolders">Where <c>{environment}.json</c> is looked for; the first that has it is taken.</param>
public sealed class SettingsReader(IReadOnlyDictionary<string, string> variables, IReadOnlyList<string> configFolders)
{
    /// <summary>Reads from this process: its variables, <c>./config</c>, and <c>config</c> beside the program.</summary>
    public static SettingsReader OfThisProcess()
    {
        var variables = new Dictionary<string, string>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? string.Empty;
        }

        return new SettingsReader(variables, [Path.GetFullPath("config"), Path.Combine(AppContext.BaseDirectory, "config")]);
    }

    /// <summary>The same with other variables.</summary>
    public SettingsReader With(IReadOnlyDictionary<string, string> others) => new(others, configFolders);

    /// <summary>The settings of a node.</summary>
    /// <param name="commandLine">What was given there.</param>
    /// <exception cref="SettingsException">Something is unknown, or out of its range; all of it is named.</exception>
    public NodeSettings Read(IReadOnlyList<SettingValue> commandLine)
    {
        var problems = new List<string>();
        var winners = Winners(commandLine, problems, out var file);
        var settings = new SettingsParser(winners, problems).Parse(file);
        return problems.Count == 0 ? settings : throw new SettingsException(problems);
    }

    /// <summary>The data folder alone, for commands that only look for a node: nothing else is checked.</summary>
    /// <param name="commandLine">What was given there.</param>
    /// <exception cref="SettingsException">It is no path.</exception>
    public string DataFolder(IReadOnlyList<SettingValue> commandLine)
    {
        var problems = new List<string>();
        var folder = new SettingsParser(Winners(commandLine, [], out _), problems).DataFolder();
        return problems.Count == 0 ? folder : throw new SettingsException(problems);
    }

    /// <summary>Where the cluster's data is, for commands that need no node; null where this is set for a node on its own.</summary>
    /// <exception cref="SettingsException">A setting is unknown, or the file that holds it cannot be read: it is not known where the data is.</exception>
    public string? Postgres()
    {
        var problems = new List<string>();
        var postgres = Winners([], problems, out _).GetValueOrDefault(KnownSettings.Postgres)?.Text;
        return problems.Count == 0 ? postgres : throw new SettingsException(problems);
    }

    private Dictionary<Setting, SettingValue> Winners(IReadOnlyList<SettingValue> commandLine, List<string> problems, out string? file)
    {
        var environment = EnvironmentSource.Read(variables, File.ReadAllText, problems);
        var winners = new Dictionary<Setting, SettingValue>();
        Add(commandLine);
        Add(environment);

        var name = winners.GetValueOrDefault(KnownSettings.Environment)?.Text.ToLowerInvariant() ?? "development";
        // A name that would lead out of the folder is no environment; the parser says so.
        file = name.All(char.IsAsciiLetter)
            ? configFolders.Select(folder => Path.Combine(folder, name + ".json")).FirstOrDefault(File.Exists)
            : null;
        if (file is not null)
        {
            Add(FileSource.Read(File.ReadAllText(file), Path.Combine("config", Path.GetFileName(file)), problems));
        }

        return winners;

        void Add(IEnumerable<SettingValue> weaker)
        {
            foreach (var value in weaker)
            {
                winners.TryAdd(value.Setting, value);
            }
        }
    }
}
