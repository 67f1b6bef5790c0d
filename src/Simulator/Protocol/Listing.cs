using MarketManager.Simulator.Pricing;

namespace MarketManager.Simulator.Protocol;

/// <summary>The symbols of this venue, by name, and a version that rises when one of them changes its status.</summary>
internal sealed class Listing(IReadOnlyList<Symbol> symbols)
{
    private readonly Dictionary<string, Symbol> _byName = symbols.ToDictionary(x => x.Name, StringComparer.Ordinal);
    private int _version;

    /// <summary>All symbols in the order of the list.</summary>
    public IReadOnlyList<Symbol> All { get; } = symbols;

    /// <summary>Rises with every change of a status.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>The symbol of a name, or null.</summary>
    public Symbol? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Halts or resumes a symbol.</summary>
    public void SetStatus(Symbol symbol, string status)
    {
        symbol.Status = status;
        Interlocked.Increment(ref _version);
    }
}
