namespace MarketManager.Cli.Http;

/// <summary>Finds the API key to send to a remote node.</summary>
internal static class ApiKeySource
{
    private const string Variable = "MARKETMANAGER_KEY";

    /// <summary>The key, or null where none is set; a file's outer blanks do not count.</summary>
    public static string? Read(Func<string, string?> environment)
    {
        if (environment(Variable) is { Length: > 0 } key)
        {
            return Checked(key.Trim(), Variable);
        }

        if (environment($"{Variable}_FILE") is not { Length: > 0 } file)
        {
            return null;
        }

        try
        {
            return Checked(File.ReadAllText(file).Trim(), $"the file '{file}'");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"{Variable}_FILE names '{file}', which cannot be read: {failure.Message}");
        }
    }

    // The value itself is never shown.
    private static string Checked(string key, string source) => key.Length > 0 && key.All(c => c is > ' ' and <= '~')
        ? key
        : throw new CliException(ExitCode.Usage, $"{source} holds no API key: a key is one line without blanks");
}
