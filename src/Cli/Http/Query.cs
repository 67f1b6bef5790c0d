using System.Globalization;
using System.Text;

namespace MarketManager.Cli.Http;

/// <summary>Writes the query of a request; what is null is left out.</summary>
internal sealed class Query(string path)
{
    private readonly StringBuilder _text = new(path);
    private bool _any;

    public Query With(string name, string? value)
    {
        if (value is not null)
        {
            _text.Append(_any ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            _any = true;
        }

        return this;
    }

    public Query With(string name, decimal? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    public Query With(string name, bool? value) => With(name, value is { } known ? (known ? "true" : "false") : null);

    /// <summary>A copy that can go on in another direction.</summary>
    public Query Copy() => new(_text.ToString()) { _any = _any };

    public override string ToString() => _text.ToString();
}
