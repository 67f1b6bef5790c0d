using System.Xml.Linq;
using Xunit;

namespace MarketManager.Architecture.Tests;

/// <summary>References go one way: Host, then what the outside is reached by, then Cluster, then Actors, then Kernel.</summary>
public class ReferencesTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Kernel"] = [],
        ["Actors"] = ["Kernel"],
        ["Cluster"] = ["Actors"],
        ["Storage"] = ["Cluster"],
        ["Venues"] = ["Actors"],
        ["Api"] = ["Cluster"],
        ["Cli"] = ["Actors"],
        ["Simulator"] = [],
        ["Host"] = ["Api", "Cli", "Simulator", "Storage", "Venues"],
    };

    public static TheoryData<string> Projects =>
        new(Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)!));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_refers_only_to_what_lies_below_it(string project)
    {
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));
        var references = file.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
            .Order();
        Assert.Equal(Allowed[project], references);
    }

    [Fact]
    public void Kernel_has_no_word_of_the_domain()
    {
        string[] words = ["exchange", "venue", "market", "ccxt", "ticker", "tenant"];
        var found =
            from file in Repository.Sources("src/Kernel")
            from line in File.ReadLines(file)
            where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            let text = line.Replace("MarketManager", string.Empty, StringComparison.Ordinal)
                .Replace("Interlocked.Exchange", string.Empty, StringComparison.Ordinal)
                .Replace("Interlocked.CompareExchange", string.Empty, StringComparison.Ordinal)
            where words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase))
            select $"{Path.GetFileName(file)}: {line.Trim()}";
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("Helpers")]
    [InlineData("Utils")]
    [InlineData("Common")]
    [InlineData("Managers")]
    [InlineData("Models")]
    public void Folders_are_capabilities(string name) =>
        Assert.DoesNotContain(Repository.Sources("src"), file => file.Split('/').Contains(name));
}
