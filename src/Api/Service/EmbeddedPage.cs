using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MarketManager.Api.Service;

/// <summary>A page that lies in the program, with a content security policy that allows its own script and style and
/// nothing else from inside the page.</summary>
internal sealed partial class EmbeddedPage
{
    /// <summary>Reads a page.</summary>
    /// <param name="resource">Its name.</param>
    /// <param name="policy">Gets the page's own hashes and gives its policy.</param>
    public EmbeddedPage(string resource, Func<string, string, string> policy)
    {
        var text = Resource(resource);
        Bytes = Encoding.UTF8.GetBytes(text);
        Policy = policy(Hash(InlineScript().Match(text)), Hash(InlineStyle().Match(text)));
    }

    /// <summary>UTF-8.</summary>
    public byte[] Bytes { get; }

    /// <summary>Content-Security-Policy.</summary>
    public string Policy { get; }

    /// <summary>The text of an embedded resource.</summary>
    public static string Resource(string name)
    {
        using var stream = typeof(EmbeddedPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the program lacks its resource '{name}'");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string Hash(Match inline) =>
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inline.Groups[1].Value)))}'";

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex InlineScript();

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex InlineStyle();
}
