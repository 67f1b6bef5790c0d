using System.Text.Json;
using System.Text.Json.Nodes;
using MarketManager.Cli.Output;

namespace MarketManager.Cli.Apply;

/// <summary>Writes a plan for people and for programs.</summary>
internal static class PlanText
{
    /// <summary>A line for each step, below it one for each field; what stays as it is only counts.</summary>
    public static IEnumerable<string> Lines(ApplyPlan plan)
    {
        foreach (var step in plan.Steps)
        {
            if (step is ApplyStep.Unchanged)
            {
                continue;
            }

            var (sign, verb) = Signs(step);
            yield return $"{sign} {verb} {step.Name}";
            foreach (var field in FieldsOf(step).Where(field => step is not ApplyStep.Create || field.Field != "name"))
            {
                yield return field.Old is { } old
                    ? $"    {field.Field}: {JsonText.Compact(old)} -> {JsonText.Compact(field.New)}"
                    : $"    {field.Field}: {JsonText.Compact(field.New)}";
            }
        }
    }

    /// <summary>1 to create, 2 to change, 3 unchanged, 0 to delete.</summary>
    public static string Summary(ApplyPlan plan) =>
        $"{Count<ApplyStep.Create>(plan)} to create, {Count<ApplyStep.Change>(plan)} to change, "
        + $"{Count<ApplyStep.Unchanged>(plan)} unchanged, {Count<ApplyStep.Delete>(plan)} to delete";

    /// <summary>The plan as JSON.</summary>
    public static JsonElement ToJson(ApplyPlan plan, bool dryRun) => JsonSerializer.SerializeToElement(new JsonObject
    {
        ["dry_run"] = dryRun,
        ["steps"] = new JsonArray([.. plan.Steps.Select(StepJson)]),
    });

    private static JsonObject StepJson(ApplyStep step)
    {
        var fields = new JsonObject();
        foreach (var field in FieldsOf(step))
        {
            fields[field.Field] = new JsonObject
            {
                ["old"] = field.Old is { } old ? JsonNode.Parse(old.GetRawText()) : null,
                ["new"] = JsonNode.Parse(field.New.GetRawText()),
            };
        }

        return new JsonObject { ["action"] = Signs(step).Verb, ["name"] = step.Name, ["fields"] = fields };
    }

    private static (char Sign, string Verb) Signs(ApplyStep step) => step switch
    {
        ApplyStep.Create => ('+', "create"),
        ApplyStep.Change => ('~', "change"),
        ApplyStep.Delete => ('-', "delete"),
        ApplyStep.Unchanged => (' ', "unchanged"),
        _ => throw new InvalidOperationException($"unknown step {step.GetType().Name}"),
    };

    private static IReadOnlyList<FieldChange> FieldsOf(ApplyStep step) => step switch
    {
        ApplyStep.Create create => create.Fields,
        ApplyStep.Change change => change.Fields,
        _ => [],
    };

    private static int Count<T>(ApplyPlan plan)
        where T : ApplyStep => plan.Steps.OfType<T>().Count();
}
