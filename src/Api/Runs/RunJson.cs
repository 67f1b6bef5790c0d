using System.Text.Json;
using MarketManager.Actors.Runs;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;
using MarketManager.Api.Requests;

namespace MarketManager.Api.Runs;

/// <summary>Writes runs.</summary>
internal static class RunJson
{
    /// <summary>For lists.</summary>
    public static readonly RowFormat<RunView> Rows = new("runs", Write, CsvHeader, WriteCsv);

    private static string[] CsvHeader =>
    [
        "run_id", "exchange", "trigger", "due", "state", "started", "ended", "attempts", "markets", "tickers", "duration_ms",
        "error_kind", "error_message", "error_at", "node",
    ];

    /// <summary>Writes one run.</summary>
    public static void Write(Utf8JsonWriter json, RunView run)
    {
        json.WriteStartObject();
        json.WriteString("run_id"u8, run.RunId);
        json.WriteNumber("exchange"u8, run.Exchange);
        json.WriteString("trigger"u8, Names<RunTrigger>.Of(run.Trigger));
        json.WriteTime("due"u8, run.Due);
        json.WriteString("state"u8, Names<RunState>.Of(run.State));
        json.WriteTime("started"u8, run.Started);
        json.WriteTime("ended"u8, run.Ended);
        json.WriteNumber("attempts"u8, run.Attempts);
        json.WriteWhole("markets"u8, run.Tally?.Markets);
        json.WriteWhole("tickers"u8, run.Tally?.Tickers);
        json.WriteWhole("duration_ms"u8, DurationOf(run));
        WriteError(json, "error"u8, run.Error);
        json.WriteString("node"u8, run.Node);
        json.WriteEndObject();
    }

    /// <summary>Writes what is told of a run that has just been started.</summary>
    public static void WriteStart(Utf8JsonWriter json, RunView run)
    {
        json.WriteStartObject();
        json.WriteString("run_id"u8, run.RunId);
        json.WriteString("state"u8, Names<RunState>.Of(run.State));
        json.WriteTime("started"u8, run.Started);
        json.WriteEndObject();
    }

    /// <summary>Writes an error, or null.</summary>
    public static void WriteError(Utf8JsonWriter json, ReadOnlySpan<byte> name, RunError? error)
    {
        if (error is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("kind"u8, error.Kind);
        json.WriteString("message"u8, error.Message);
        json.WriteTime("at"u8, error.At);
        json.WriteEndObject();
    }

    private static long? DurationOf(RunView run) => (long?)(run.Ended - run.Started)?.TotalMilliseconds;

    private static void WriteCsv(CsvWriter csv, RunView run)
    {
        csv.Text(run.RunId.ToString());
        csv.Whole(run.Exchange);
        csv.Text(Names<RunTrigger>.Of(run.Trigger));
        csv.Time(run.Due);
        csv.Text(Names<RunState>.Of(run.State));
        csv.Time(run.Started);
        csv.Time(run.Ended);
        csv.Whole(run.Attempts);
        csv.Whole(run.Tally?.Markets);
        csv.Whole(run.Tally?.Tickers);
        csv.Whole(DurationOf(run));
        csv.Text(run.Error?.Kind);
        csv.Text(run.Error?.Message);
        csv.Time(run.Error?.At);
        csv.Text(run.Node);
    }
}
