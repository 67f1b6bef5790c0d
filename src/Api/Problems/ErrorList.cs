namespace MarketManager.Api.Problems;

/// <summary>Collects what is wrong with a body or a query, so that all of it is told at once.</summary>
internal sealed class ErrorList
{
    private Dictionary<string, IReadOnlyList<string>>? _errors;

    /// <summary>Says what is wrong with a field or parameter; the message names it.</summary>
    public void Add(string field, string message)
    {
        _errors ??= [];
        _errors[field] = _errors.TryGetValue(field, out var before) ? [.. before, message] : [message];
    }

    /// <summary>All of it as one problem; null where nothing is wrong.</summary>
    public Problem? Problem => _errors is null
        ? null
        : new Problem(ProblemKind.Invalid, string.Join("; ", _errors.Values.SelectMany(messages => messages).Take(3)), _errors);
}
