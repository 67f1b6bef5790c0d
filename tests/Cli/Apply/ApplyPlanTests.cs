using System.Text.Json;
using MarketManager.Cli.Apply;
using MarketManager.Cli.Exchanges;
using MarketManager.Cli.Tests.Fakes;
using Xunit;

namespace MarketManager.Cli.Tests.Apply;

public sealed class ApplyPlanTests
{
    private static readonly VenueDefaults Venues =
        VenueDefaults.Of(JsonElement.Parse(Canned.Venues).GetProperty("results").EnumerateArray());

    private static readonly JsonElement[] Current = [JsonElement.Parse(Canned.Binance), JsonElement.Parse(Canned.Kraken)];

    [Fact]
    public void New_exchange_is_created_with_what_the_file_says() => AssertPlan(
        """[{"name":"sim one","venue":"sim","interval":5,"enabled":null}]""",
        """
        + create sim one
            venue: "sim"
            interval: 5
        """);

    [Fact]
    public void Changed_fields_show_old_and_new() => AssertPlan(
        """[{"name":"Binance","interval":30,"options":{"max_run":100},"enabled":true}]""",
        """
        ~ change Binance
            interval: 60 -> 30
            options: {} -> {"max_run":100}
        """);

    [Fact]
    public void Fields_that_are_left_out_stay_as_they_are() => AssertPlan("""[{"name":"Kraken EU"}]""", string.Empty);

    [Fact]
    public void Null_restores_the_default() => AssertPlan(
        """[{"name":"Kraken EU","interval":null,"enabled":null,"url":null}]""",
        """
        ~ change Kraken EU
            interval: 90 -> 60
        """);

    [Fact]
    public void Null_is_sent_as_null()
    {
        var step = Assert.IsType<ApplyStep.Change>(Plan("""[{"name":"Kraken EU","interval":null}]""").Steps.Single());
        Assert.Equal("""{"interval":null}""", ApplyStep.Body(step.Fields).ToJsonString());
    }

    [Fact]
    public void Names_match_without_regard_to_case_and_are_then_renamed() => AssertPlan(
        """[{"name":"binance"}]""",
        """
        ~ change Binance
            name: "Binance" -> "binance"
        """);

    [Fact]
    public void Objects_are_compared_by_meaning() =>
        AssertPlan("""[{"name":"Binance","options":{ }}]""", string.Empty);

    [Fact]
    public void What_the_file_does_not_name_goes_only_when_pruning()
    {
        AssertPlan("""[{"name":"Binance"}]""", string.Empty);
        AssertPlan("""[{"name":"Binance"}]""", "- delete Kraken EU", prune: true);
    }

    [Fact]
    public void Applying_an_export_changes_nothing()
    {
        var document = ExportCommand.Document(Current, Venues);
        var plan = ApplyPlan.Make(ApplyFile.Parse(document.ToString(), "export"), Current, Venues, prune: true);
        Assert.True(plan.IsEmpty);
        Assert.Equal("0 to create, 0 to change, 2 unchanged, 0 to delete", PlanText.Summary(plan));
    }

    [Fact]
    public void Export_leaves_out_what_the_venue_says_anyway()
    {
        var own = JsonElement.Parse(Canned.Exchange(1, "Mine", "mine", "kraken", url: "https://example.org"));
        Assert.Equal(
            """{"exchanges":[{"name":"Mine","venue":"kraken","enabled":true,"interval":60,"url":"https://example.org","options":{}}]}""",
            ExportCommand.Document([own], Venues).ToString());
    }

    [Fact]
    public void Venue_that_is_not_there_is_a_problem_with_the_nearest()
    {
        var plan = Plan("""[{"name":"binanse"},{"name":"x","venue":"krakken"}]""");
        Assert.Equal(
            ["binanse: unknown venue 'binanse'; did you mean 'binance'?", "x: unknown venue 'krakken'; did you mean 'kraken'?"],
            plan.Problems);
    }

    [Fact]
    public void Venue_of_an_exchange_cannot_change() => Assert.Equal(
        ["Binance: its venue is 'binance' and cannot be changed to 'kraken'; remove it first"],
        Plan("""[{"name":"Binance","venue":"kraken"}]""").Problems);

    private static ApplyPlan Plan(string exchanges, bool prune = false) =>
        ApplyPlan.Make(ApplyFile.Parse($$"""{"exchanges":{{exchanges}}}""", "file"), Current, Venues, prune);

    private static void AssertPlan(string exchanges, string lines, bool prune = false)
    {
        var plan = Plan(exchanges, prune);
        Assert.Empty(plan.Problems);
        Assert.Equal(lines, string.Join('\n', PlanText.Lines(plan)));
        Assert.Equal(lines.Length == 0, plan.IsEmpty);
    }
}
