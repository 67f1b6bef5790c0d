using Spectre.Console;
using Spectre.Console.Rendering;

namespace MarketManager.Cli.Output;

/// <summary>Writes tables and details to the command's output.</summary>
internal sealed class Screen(CliContext context)
{
    /// <summary>Rows under headings.</summary>
    public void Write(Table table)
    {
        var columns = table.Fitting(context.Width);
        var grid = new Grid();
        foreach (var index in columns)
        {
            var column = table.Columns[index];
            Add(grid, column.Right, last: index == columns[^1]);
        }

        grid.AddRow(columns.Select(index => Render(new Cell(table.Columns[index].Title, Tone.Faint))).ToArray());
        foreach (var row in table.Rows)
        {
            grid.AddRow(columns.Select(index => Render(table.Cut(row[index], index, columns, context.Width))).ToArray());
        }

        Write(grid);
    }

    /// <summary>Labels and values, one pair a line.</summary>
    public void Write(IEnumerable<(string Label, Cell Value)> details)
    {
        var grid = new Grid();
        Add(grid, right: false, last: false);
        grid.AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        foreach (var (label, value) in details)
        {
            grid.AddRow(Render(new Cell(label, Tone.Faint)), new Text(value.Text, StyleOf(value.Tone)));
        }

        Write(grid);
    }

    /// <summary>One line as it is.</summary>
    public void Write(string line) => context.Out.WriteLine(line);

    private static void Add(Grid grid, bool right, bool last) => grid.AddColumn(new GridColumn
    {
        NoWrap = true,
        Alignment = right ? Justify.Right : Justify.Left,
        Padding = new Padding(0, 0, last ? 0 : Table.Gap, 0),
    });

    private void Write(IRenderable content)
    {
        var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = context.Colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = context.Colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = context.Width ?? int.MaxValue / 4;
        console.Write(content);
        foreach (var line in text.ToString().TrimEnd('\n').Split('\n'))
        {
            context.Out.WriteLine(line.TrimEnd());
        }
    }

    private static Text Render(Cell cell) => new(cell.Text, StyleOf(cell.Tone)) { Overflow = Overflow.Ellipsis };

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Busy => new Style(Color.Aqua),
        Tone.Warning => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        Tone.Faint => new Style(decoration: Decoration.Dim),
        Tone.Plain => Style.Plain,
        _ => throw new InvalidOperationException($"unknown tone {tone}"),
    };
}
