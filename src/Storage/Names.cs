namespace MarketManager.Storage;

/// <summary>How the values of an enumeration are kept: their names in lower case.</summary>
internal static class Names
{
    public static string Of<T>(T value)
        where T : struct, Enum => Known<T>.Names[value];

    public static T To<T>(string name)
        where T : struct, Enum => Known<T>.Values[name];

    private static class Known<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Names = Enum.GetValues<T>()
            .ToDictionary(value => value, value => value.ToString().ToLowerInvariant());

        public static readonly Dictionary<string, T> Values = Names.ToDictionary(pair => pair.Value, pair => pair.Key);
    }
}
