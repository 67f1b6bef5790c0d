using System.Runtime.CompilerServices;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Api.Problems;

namespace MarketManager.Api.Tests;

/// <summary>docs/api.md names what there is.</summary>
public sealed class DocumentationTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Folder(), "../../docs/api.md"));

    [Fact]
    public void Every_kind_of_problem_is_documented_with_its_status() =>
        Assert.All(ProblemKind.All, kind => Assert.Contains(
            Text.Split('\n'),
            line => line.Contains($"`/problems/{kind.Name}`", StringComparison.Ordinal) && line.Contains($"| {kind.Status} |", StringComparison.Ordinal)));

    [Fact]
    public void Every_kind_of_run_error_is_documented() =>
        Assert.All(typeof(ErrorKinds).GetFields(), kind => Assert.Contains($"| `{kind.GetRawConstantValue()}` |", Text, StringComparison.Ordinal));

    [Fact]
    public void Every_ordering_field_is_documented()
    {
        Assert.Contains(string.Join(' ', IExchangeReader.OrderFields.Select(Code)), Text, StringComparison.Ordinal);
        Assert.Contains(string.Join(' ', IRunReader.OrderFields.Select(Code)), Text, StringComparison.Ordinal);
        Assert.Contains(string.Join(' ', IMarketReader.OrderFields.Select(Code)), Text, StringComparison.Ordinal);

        static string Code(string field) => $"`{field}`";
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
