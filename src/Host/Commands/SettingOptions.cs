using System.CommandLine;
using MarketManager.Cli;
using MarketManager.Host.Settings;

namespace MarketManager.Host.Commands;

/// <summary>The settings as options of a command.</summary>
internal sealed class SettingOptions
{
    private readonly Dictionary<Setting, Option> _options = [];

    /// <summary>Adds an option for each setting to a command.</summary>
    /// <param name="command">Which.</param>
    /// <param name="settings">Which settings.</param>
    public SettingOptions(Command command, IReadOnlyList<Setting> settings)
    {
        foreach (var setting in settings)
        {
            var option = setting.List ? new Option<string[]>(setting.Option) : (Option)new Option<string>(setting.Option);
            option.Description = $"{setting.Meaning} [{setting.Default}]";
            option.HelpName = setting.Placeholder ?? "on|off";
            option.Arity = setting switch
            {
                { Switch: true } => ArgumentArity.ZeroOrOne,
                { List: true } => ArgumentArity.OneOrMore,
                _ => ArgumentArity.ExactlyOne,
            };
            _options.Add(setting, option);
            command.Options.Add(option);
        }
    }

    /// <summary>What was given on the command line.</summary>
    public List<SettingValue> Values(ParseResult line)
    {
        var values = new List<SettingValue>();
        foreach (var (setting, option) in _options)
        {
            if (line.GetResult(option) is { Implicit: false } given)
            {
                var text = given.Tokens.Count == 0 ? "true" : string.Join(',', given.Tokens.Select(t => t.Value));
                values.Add(new SettingValue(setting, text, setting.Option));
            }
        }

        return values;
    }

    /// <summary>The settings of a node, the command line among its sources.</summary>
    /// <exception cref="CliException">Something is unknown or wrong; all of it is named.</exception>
    public NodeSettings Read(ParseResult line, SettingsReader reader) => Explained(() => reader.Read(Values(line)));

    /// <summary>The data folder alone.</summary>
    /// <exception cref="CliException">It is no path.</exception>
    public string DataFolder(ParseResult line, SettingsReader reader) => Explained(() => reader.DataFolder(Values(line)));

    /// <summary>The data folder where the command line does not name it.</summary>
    /// <exception cref="CliException">It is no path.</exception>
    public static string DataFolder(SettingsReader reader) => Explained(() => reader.DataFolder([]));

    /// <summary>Where the cluster's data is; null where this is set for a node on its own.</summary>
    /// <exception cref="CliException">A setting is unknown, or cannot be read.</exception>
    public static string? Postgres(SettingsReader reader) => Explained(reader.Postgres);

    /// <summary>The same on a new command line.</summary>
    public static IEnumerable<string> Arguments(IEnumerable<SettingValue> values) =>
        values.SelectMany(v => new[] { v.Setting.Option, v.Text });

    private static T Explained<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SettingsException e)
        {
            throw new CliException(ExitCode.Usage, "the settings are not valid", e.Problems);
        }
    }
}
