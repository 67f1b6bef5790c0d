namespace MarketManager.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Right">Numbers stand on the right.</param>
/// <param name="Rank">The higher, the sooner it is left out where the table is too wide; 0 never.</param>
/// <param name="Flexible">Its text is cut to what room there is.</param>
internal sealed record Column(string Title, bool Right = false, int Rank = 0, bool Flexible = false);

/// <summary>Rows under headings.</summary>
internal sealed class Table(params IReadOnlyList<Column> columns)
{
    /// <summary>Blanks between columns.</summary>
    public const int Gap = 2;

    private const int ShortestFlexible = 20;

    private readonly List<Cell[]> _rows = [];

    public IReadOnlyList<Column> Columns => columns;

    public IReadOnlyList<Cell[]> Rows => _rows;

    public void Add(params Cell[] cells) => _rows.Add(cells);

    /// <summary>The indices of the columns that fit; those of the highest rank go first, of two the one on the right.</summary>
    public IReadOnlyList<int> Fitting(int? width)
    {
        var kept = Enumerable.Range(0, columns.Count).ToList();
        while (WidthOf(kept) > width)
        {
            var victim = kept.MaxBy(index => (columns[index].Rank, index));
            if (columns[victim].Rank == 0)
            {
                break;
            }

            kept.Remove(victim);
        }

        return kept;
    }

    /// <summary>The text of a cell, cut where its column is flexible and the others leave too little room.</summary>
    public Cell Cut(Cell cell, int index, IReadOnlyList<int> kept, int? width)
    {
        if (!columns[index].Flexible || width is null)
        {
            return cell;
        }

        var room = Math.Max(ShortestFlexible, width.Value - WidthOf(kept.Where(other => other != index)) - Gap);
        return cell.Text.Length <= room ? cell : cell with { Text = cell.Text[..(room - 1)] + "…" };
    }

    private int WidthOf(IEnumerable<int> kept) => kept.Sum(index => Width(index) + Gap) - Gap;

    private int Width(int index)
    {
        var widest = _rows.Count == 0 ? 0 : _rows.Max(row => row[index].Text.Length);
        return Math.Max(columns[index].Title.Length, columns[index].Flexible ? Math.Min(widest, ShortestFlexible) : widest);
    }
}
