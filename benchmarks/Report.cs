using System.Globalization;
using System.Runtime;
using System.Text;

namespace MarketManager.Benchmarks;

/// <summary>A table: what was measured, the value, the same of a peer where there is one, and what is to be reached.</summary>
public sealed class Report
{
    private readonly string _subject;
    private readonly TextWriter _output;
    private readonly StringBuilder _rows = new();

    /// <summary>Prints the head of the table; rows are printed as they come.</summary>
    public Report(string subject, TextWriter output)
    {
        _subject = subject;
        _output = output;
        _output.WriteLine($"{subject}: {Machine}");
        _output.WriteLine();
        Write($"| what | value | peer | ratio | target | met |");
        Write($"|---|---|---|---|---|---|");
    }

    private static string Machine
    {
        get
        {
            var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
            return $"{Environment.ProcessorCount} cores of {model ?? "an unknown processor"}, .NET {Environment.Version}, " +
                $"{(GCSettings.IsServerGC ? "server" : "workstation")} collector";
        }
    }

    /// <summary>A value that is to be at least <paramref name="target"/>.</summary>
    public void AtLeast(string what, double value, double target, string unit) =>
        Write($"| {what} | {Text(value, unit)} | | | ≥ {Text(target, unit)} | {Met(value >= target)} |");

    /// <summary>A value that is to stay below <paramref name="target"/>.</summary>
    public void Below(string what, double value, double target, string unit) =>
        Write($"| {what} | {Text(value, unit)} | | | < {Text(target, unit)} | {Met(value < target)} |");

    /// <summary>A value that is to be at most so many times a peer's.</summary>
    public void AtMostTimes(string what, double value, double peer, double times, string unit) =>
        Compare(what, value, peer, unit, $"≤ {Text(times)} ×", value / peer <= times);

    /// <summary>A value that is to be at least so many times a peer's.</summary>
    public void AtLeastTimes(string what, double value, double peer, double times, string unit) =>
        Compare(what, value, peer, unit, $"≥ {Text(times)} ×", value / peer >= times);

    /// <summary>A value beside a peer's, without a target.</summary>
    public void Compared(string what, double value, double peer, string unit) =>
        Write($"| {what} | {Text(value, unit)} | {Text(peer, unit)} | {Text(value / peer)} | | |");

    /// <summary>A value without a target.</summary>
    public void Value(string what, double value, string unit) => Write($"| {what} | {Text(value, unit)} | | | | |");

    /// <summary>Writes the table to a file, with what it takes to get it again.</summary>
    public void Save(string path, string command)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture,
            $"""
            # {_subject}

            `{command}` on {Machine}; {TimeProvider.System.GetUtcNow():yyyy-MM-dd}.

            {_rows}
            """));
    }

    private static string Text(double value, string unit = "") => string.Create(
        CultureInfo.InvariantCulture, $"{value.ToString(Math.Abs(value) >= 1000 ? "n0" : "0.##", CultureInfo.InvariantCulture)} {unit}").TrimEnd();

    private static string Met(bool isMet) => isMet ? "yes" : "**no**";

    private void Compare(string what, double value, double peer, string unit, string target, bool isMet) =>
        Write($"| {what} | {Text(value, unit)} | {Text(peer, unit)} | {Text(value / peer)} | {target} | {Met(isMet)} |");

    private void Write(string line)
    {
        _output.WriteLine(line);
        _rows.AppendLine(line);
    }
}
