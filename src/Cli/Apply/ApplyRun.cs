using MarketManager.Cli.Http;

namespace MarketManager.Cli.Apply;

/// <summary>Carries out a plan step by step; the first step that fails ends it, and doing it again takes up from there.</summary>
internal sealed class ApplyRun(CliSession session, IReadOnlyList<DesiredExchange> desired, VenueDefaults venues)
{
    /// <summary>Carries out all steps.</summary>
    /// <exception cref="CliException">Says which step failed and how many were done before it.</exception>
    public async Task Carry(ApplyPlan plan, CancellationToken cancellationToken)
    {
        var steps = plan.Steps.Where(step => step is not ApplyStep.Unchanged).ToList();
        for (var done = 0; done < steps.Count; done++)
        {
            try
            {
                await Carry(steps[done], cancellationToken);
            }
            catch (CliException failure)
            {
                throw new CliException(
                    failure.ExitCode,
                    $"'{steps[done].Name}': {failure.Message}",
                    [.. failure.Details, $"{done} of {steps.Count} steps were done before; applying again goes on from there"]);
            }
        }
    }

    private Task Carry(ApplyStep step, CancellationToken cancellationToken) => step switch
    {
        ApplyStep.Create create => session.Node.Send(
            NodeRequest.Post("api/exchanges/", ApplyStep.Body(create.Fields)), cancellationToken),
        ApplyStep.Change change => Change(change, cancellationToken),
        ApplyStep.Delete delete => session.Node.Send(
            NodeRequest.Delete($"api/exchanges/{delete.Id}/"), cancellationToken),
        _ => throw new InvalidOperationException($"unknown step {step.GetType().Name}"),
    };

    // The plan was shown for what was read then: what another client has changed since must not be overwritten.
    private async Task Change(ApplyStep.Change planned, CancellationToken cancellationToken)
    {
        var path = $"api/exchanges/{planned.Id}/";
        var current = await session.Node.Get(path, cancellationToken);
        var wanted = desired.Single(exchange => string.Equals(exchange.Name, planned.Name, StringComparison.OrdinalIgnoreCase));
        var now = ApplyPlan.Compare(wanted, current.Json, venues, []);
        if (now is ApplyStep.Change fresh && !SameFields(fresh, planned))
        {
            throw new CliException(ExitCode.Conflict, "was changed by somebody else since the plan was made");
        }

        if (now is ApplyStep.Change)
        {
            var request = new NodeRequest(HttpMethod.Patch, path) { Body = ApplyStep.Body(planned.Fields), IfMatch = current.ETag };
            await session.Node.Send(request, cancellationToken);
        }
    }

    private static bool SameFields(ApplyStep.Change a, ApplyStep.Change b) =>
        PlanText.ToJson(new ApplyPlan([a], []), false).ToString() == PlanText.ToJson(new ApplyPlan([b], []), false).ToString();
}
