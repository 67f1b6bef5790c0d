using System.Buffers;
using System.Text.Json;
using MarketManager.Actors.Lists;
using MarketManager.Api.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MarketManager.Api.Lists;

/// <summary>How the rows of a resource are written.</summary>
/// <typeparam name="T">The row.</typeparam>
/// <param name="Name">Of the file, for those who save it.</param>
/// <param name="Json">Writes one object.</param>
/// <param name="CsvHeader">The header row's fields.</param>
/// <param name="Csv">Writes one row.</param>
internal sealed record RowFormat<T>(string Name, Action<Utf8JsonWriter, T> Json, string[] CsvHeader, Action<CsvWriter, T> Csv);

/// <summary>Answers with a list: a page in JSON, or rows as CSV or NDJSON, streamed.</summary>
internal static class ListReply
{
    // A stream is handed to the connection in parts of about this size, each waiting for the reader to take it.
    private const int PartBytes = 32 * 1024;

    /// <summary>Answers a list query.</summary>
    public static async Task Send<T>(
        HttpContext http,
        ListQuery query,
        RowFormat<T> rows,
        Func<Paging, CancellationToken, ValueTask<Page<T>>> page,
        Func<Paging, CancellationToken, IAsyncEnumerable<T>> stream)
    {
        if (query.Format == ListFormat.Json)
        {
            SendPage(http, query, await page(query.Page, http.RequestAborted), rows.Json);
            return;
        }

        var all = query.Limit is null
            ? stream(query.Everything, http.RequestAborted)
            : (await page(query.Page, http.RequestAborted)).Items.ToAsyncEnumerable();
        await SendRows(http, query.Format, rows, all);
    }

    /// <summary>Answers a list query from items that are in memory anyway, in their order.</summary>
    public static Task Send<T>(HttpContext http, ListQuery query, RowFormat<T> rows, IReadOnlyList<T> all) => Send(
        http,
        query,
        rows,
        (page, _) => ValueTask.FromResult(MemoryList.Part(all, page)),
        (page, _) => MemoryList.Part(all, page).Items.ToAsyncEnumerable());

    private static void SendPage<T>(HttpContext http, ListQuery query, Page<T> page, Action<Utf8JsonWriter, T> write)
    {
        using var buffer = ReplyBuffer.Rent();
        var json = buffer.Json;
        json.WriteStartObject();
        json.WriteNumber("count"u8, page.Count);
        var (next, previous) = PageLinks.Of(http.Request, query, page.Count);
        json.WriteString("next"u8, next);
        json.WriteString("previous"u8, previous);
        json.WriteStartArray("results"u8);
        foreach (var item in page.Items)
        {
            write(json, item);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        Reply.Send(http, StatusCodes.Status200OK, buffer);
    }

    private static async Task SendRows<T>(HttpContext http, ListFormat format, RowFormat<T> rows, IAsyncEnumerable<T> all)
    {
        using var buffer = ReplyBuffer.Rent();
        var csv = format == ListFormat.Csv ? new CsvWriter(buffer.Bytes) : null;
        await using var row = all.GetAsyncEnumerator(http.RequestAborted);

        // The first row comes before the status, so that a store that is away is still answered as an error.
        var more = await row.MoveNextAsync();
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = csv is null ? "application/x-ndjson" : "text/csv; charset=utf-8; header=present";
        var ending = csv is null ? "ndjson" : "csv";
        http.Response.Headers[HeaderNames.ContentDisposition] = $"inline; filename=\"{rows.Name}.{ending}\"";
        csv?.Header(rows.CsvHeader);
        for (; more; more = await row.MoveNextAsync())
        {
            if (csv is not null)
            {
                rows.Csv(csv, row.Current);
                csv.EndRow();
            }
            else
            {
                rows.Json(buffer.Json, row.Current);
                buffer.Json.Flush();
                buffer.Json.Reset();
                buffer.Bytes.Write("\n"u8);
            }

            if (buffer.Bytes.WrittenCount >= PartBytes)
            {
                await http.Response.BodyWriter.WriteAsync(buffer.Bytes.WrittenMemory, http.RequestAborted);
                buffer.Clear();
            }
        }

        await http.Response.BodyWriter.WriteAsync(buffer.Bytes.WrittenMemory, http.RequestAborted);
    }
}
