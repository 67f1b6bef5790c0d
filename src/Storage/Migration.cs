using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MarketManager.Storage;

/// <summary>One numbered change of the schema.</summary>
/// <param name="Name">Such as <c>0001_journal</c>.</param>
/// <param name="Script">SQL.</param>
internal sealed record Migration(string Name, string Script)
{
    public int Number => int.Parse(Name.AsSpan(0, 4), CultureInfo.InvariantCulture);

    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Script.ReplaceLineEndings("\n"))));

    /// <summary>The migrations that this program has for an engine, in order.</summary>
    /// <param name="folder">The engine's, such as <c>sqlite/</c>.</param>
    public static IReadOnlyList<Migration> Read(string folder)
    {
        var assembly = typeof(Migration).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames().Where(IsOurs).Order(StringComparer.Ordinal).Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
                return new Migration(name[folder.Length..], reader.ReadToEnd());
            }),
        ];

        bool IsOurs(string resource) => resource.StartsWith(folder, StringComparison.Ordinal);
    }
}
