using System.Text;

namespace MarketManager.Storage.Reading;

/// <summary>Conditions on rows; values are always parameters, <c>?</c> in the text.</summary>
internal sealed class Selection
{
    private readonly StringBuilder _where = new();
    private readonly List<object> _values = [];

    /// <summary>The clause, or nothing.</summary>
    public string Sql => _where.ToString();

    /// <summary>One for each <c>?</c>, in their order.</summary>
    public IReadOnlyList<object> Values => _values;

    /// <summary>Adds a condition on one value, for each of its parameters; left out where the value is null.</summary>
    public Selection Where(string condition, object? value)
    {
        if (value is not null)
        {
            And(condition);
            _values.AddRange(Enumerable.Repeat(value, condition.Count(c => c == '?')));
        }

        return this;
    }

    /// <summary>Adds a condition on two values; left out where they are null.</summary>
    public Selection Where(string condition, object? first, object? second)
    {
        if (first is not null && second is not null)
        {
            And(condition);
            _values.Add(first);
            _values.Add(second);
        }

        return this;
    }

    private void And(string condition) => _where.Append(_where.Length == 0 ? " WHERE " : " AND ").Append(condition);
}
