namespace MarketManager.Host.Settings;

/// <summary>One thing that can be set, under the same name in all three sources.</summary>
/// <param name="Name">As after <c>--</c> on the command line: "sim-url".</param>
/// <param name="Placeholder">What stands for the value in the help; null for a switch.</param>
/// <param name="Default">The default, in words.</param>
/// <param name="Meaning">What it does, for the help; one line.</param>
public sealed record Setting(string Name, string? Placeholder, string Default, string Meaning)
{
    /// <summary>True where the value must not be shown, and may be read from a file that a variable names.</summary>
    public bool Secret { get; init; }

    /// <summary>True where several values may be given: on the command line repeated, in a file as an array, in text with commas.</summary>
    public bool List { get; init; }

    /// <summary>True where it is on or off, and its bare name means on.</summary>
    public bool Switch => Placeholder is null;

    /// <summary>Its name on the command line: <c>--sim-url</c>.</summary>
    public string Option => "--" + Name;

    /// <summary>Its name in the environment: <c>MARKETMANAGER_SIM_URL</c>.</summary>
    public string Variable => EnvironmentSource.Prefix + Name.ToUpperInvariant().Replace('-', '_');

    /// <summary>The variable that names a file holding the value; for secrets only.</summary>
    public string FileVariable => Variable + "_FILE";

    /// <summary>Its name in a settings file: <c>sim_url</c>.</summary>
    public string Key => Name.Replace('-', '_');
}

/// <summary>A value as some source gave it.</summary>
/// <param name="Setting">Of what.</param>
/// <param name="Text">Not yet looked at.</param>
/// <param name="Source">Where it stood, for messages: "--urls", "MARKETMANAGER_URLS", "urls in config/production.json".</param>
public sealed record SettingValue(Setting Setting, string Text, string Source);
