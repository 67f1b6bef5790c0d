namespace MarketManager.Api.Problems;

/// <summary>Collects what is wrong with a body or a query, so that all of it is told at once.</summary>
/// <remarks>Holds <see cref="MaxMessages"/>; further ones are dropped: a body of 1 MiB can be wrong in 100,000 places, and nobody
/// reads that many.</remarks>
internal sealed class ErrorList
{
    public const int MaxMessages = 100;

    private Dictionary<string, IReadOnlyList<string>>? _errors;
    private int _count;

    /// <summary>True where nothing more is taken, so that looking for more is in vain.</summary>
    public bool IsFull => _count >= MaxMessages;

    /// <summary>Says what is wrong with a field or parameter; the message names it.</summary>
    public void Add(string field, string message)
    {
        if (IsFull)
        {
            return;
        }

        _count++;
        _errors ??= [];
        _errors[field] = _errors.TryGetValue(field, out var before) ? [.. before, message] : [message];
    }

    /// <summary>All of it as one problem; null where nothing is wrong.</summary>
    public Problem? Problem => _errors is null
        ? null
        : new Problem(ProblemKind.Invalid, string.Join("; ", _errors.Values.SelectMany(messages => messages).Take(3)), _errors);
}
