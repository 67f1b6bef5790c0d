using System.Globalization;
using System.Runtime;

namespace MarketManager.Benchmarks;

/// <summary>Prints a table: what was measured, the value, and what is to be reached.</summary>
public sealed class Report
{
    private readonly TextWriter _output;

    /// <summary>Prints the head of the table.</summary>
    public Report(string subject, TextWriter output)
    {
        _output = output;
        var collector = GCSettings.IsServerGC ? "server" : "workstation";
        Write($"{subject}: {Environment.ProcessorCount} cores, .NET {Environment.Version}, {collector} collector");
        Write($"");
        Write($"| what | value | target |");
        Write($"|---|---|---|");
    }

    /// <summary>A value that is to be at least <paramref name="target"/>.</summary>
    public void AtLeast(string what, double value, double target, string unit) => Row(what, value, "≥", target, unit, value >= target);

    /// <summary>A value that is to stay below <paramref name="target"/>.</summary>
    public void Below(string what, double value, double target, string unit) => Row(what, value, "<", target, unit, value < target);

    /// <summary>A value without a target.</summary>
    public void Value(string what, double value, string unit) => Write($"| {what} | {value:0.##} {unit} | |");

    private void Row(string what, double value, string relation, double target, string unit, bool isMet) =>
        Write($"| {what} | {value:0.##} {unit} | {relation} {target:0.##} {unit}{(isMet ? "" : " **missed**")} |");

    private void Write(FormattableString line) => _output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
