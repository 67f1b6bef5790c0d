namespace MarketManager.Host.Settings;

/// <summary>Settings that a node does not start with.</summary>
/// <param name="problems">One line each: the setting, where it stood, what is allowed.</param>
public sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>One line each.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
