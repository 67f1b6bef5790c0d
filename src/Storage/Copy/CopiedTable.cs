using System.Globalization;
using System.Text;
using MarketManager.Kernel;
using MarketManager.Storage.Rows;
using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Storage.Copy;

/// <summary>The form of a column that both engines have.</summary>
internal enum ColumnKind
{
    Long,
    Int,
    Short,

    /// <summary>Worked out from the actor, which stands right before it; the embedded store has no such column.</summary>
    Shard,
    Bool,
    Text,
    Decimal,
    Time,
    Uuid,

    /// <summary>Bytes, read as hexadecimal text.</summary>
    Hex,
}

/// <summary>A table that is copied.</summary>
/// <param name="Name">Its name, the same in both.</param>
/// <param name="Key">What both order it by.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record CopiedTable(string Name, string Key, IReadOnlyList<(string Name, ColumnKind Kind)> Columns)
{
    /// <summary>All of them; what others refer to first.</summary>
    public static IReadOnlyList<CopiedTable> All { get; } =
    [
        Of("entity", "id", "id:Short name:Text"),
        Of("event", "entity, actor, seq", "entity:Short actor:Long shard:Shard seq:Long kind:Text version:Int at:Long data:Text"),
        Of("snapshot", "entity, actor", "entity:Short actor:Long shard:Shard seq:Long data:Text"),
        Of("counter", "name", "name:Text last:Long"),
        Of(
            "exchange",
            "id",
            """
            id:Long tenant:Text name:Text slug:Text venue:Text enabled:Bool interval:Int logo:Text url:Text api_url:Text options:Text
            volume:Decimal top_pair:Text top_pair_volume:Decimal created:Time updated:Time last_update:Time has_credentials:Bool state:Text
            last_run:Time last_run_id:Uuid time_started:Time next_run:Time attempt:Int consecutive_failures:Int error_kind:Text
            error_message:Text error_at:Time node:Text version:Long revision:Long
            """),
        Of(
            "run",
            "run_id",
            """
            run_id:Uuid exchange:Long number:Long trigger:Text generation:Int slot:Long covers_from:Long due:Time state:Text started:Time
            ended:Time attempts:Int markets:Int tickers:Int error_kind:Text error_message:Text error_at:Time node:Text recovers:Uuid
            """),
        Of("market_set", "exchange", "exchange:Long run_number:Long updated:Time"),
        Of(
            "market",
            "exchange, symbol",
            """
            exchange:Long symbol:Text name:Text type:Text base:Text quote:Text active:Bool volume_bucket:Long volume:Decimal
            volume_usd:Decimal last:Decimal bid:Decimal ask:Decimal venue_time:Time
            """),
        Of("answer", "caller, route, key", "caller:Text route:Text key:Text body_hash:Text answer:Text at:Time"),
        Of("api_key", "id", "id:Text name:Text role:Text hash:Hex created:Time revoked:Time"),
        Of("setting", "key", "key:Text value:Text"),
    ];

    /// <summary>Reads it from the embedded store.</summary>
    public string SelectSource => $"SELECT {Names(Columns.Where(column => column.Kind != ColumnKind.Shard), "lower(hex({0}))")} FROM {Name} ORDER BY {Key}";

    /// <summary>Reads it from the cluster's.</summary>
    public string SelectTarget => $"SELECT {Names(Columns, "encode({0}, 'hex')")} FROM mm.{Name} ORDER BY {Key}";

    /// <summary>Fills it.</summary>
    public string CopyIn => $"COPY mm.{Name} ({string.Join(", ", Columns.Select(column => column.Name))}) FROM STDIN (FORMAT BINARY)";

    /// <summary>A row's values.</summary>
    /// <param name="row">At the row.</param>
    /// <param name="hasShards">Whether the row has the shard as a column.</param>
    public object?[] Read(IRow row, bool hasShards)
    {
        var values = new object?[Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Columns[i].Kind switch
            {
                ColumnKind.Long => row.LongOrNull(),
                ColumnKind.Int => row.IntOrNull(),
                ColumnKind.Short => (short)row.Int(),
                ColumnKind.Shard => (short)(hasShards ? row.Int() : Shard.Of((long)values[i - 1]!)),
                ColumnKind.Bool => row.BoolOrNull(),
                ColumnKind.Decimal => row.DecimalOrNull(),
                ColumnKind.Time => row.TimeOrNull(),
                ColumnKind.Uuid => row.GuidOrNull(),
                _ => row.TextOrNull(),
            };
        }

        return values;
    }

    /// <summary>Sends a row.</summary>
    public async ValueTask Write(NpgsqlBinaryImporter to, object?[] values, CancellationToken cancellationToken)
    {
        await to.StartRowAsync(cancellationToken);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is null)
            {
                await to.WriteNullAsync(cancellationToken);
                continue;
            }

            await (Columns[i].Kind switch
            {
                ColumnKind.Long => to.WriteAsync((long)values[i]!, NpgsqlDbType.Bigint, cancellationToken),
                ColumnKind.Int => to.WriteAsync((int)values[i]!, NpgsqlDbType.Integer, cancellationToken),
                ColumnKind.Short or ColumnKind.Shard => to.WriteAsync((short)values[i]!, NpgsqlDbType.Smallint, cancellationToken),
                ColumnKind.Bool => to.WriteAsync((bool)values[i]!, NpgsqlDbType.Boolean, cancellationToken),
                ColumnKind.Decimal => to.WriteAsync((decimal)values[i]!, NpgsqlDbType.Numeric, cancellationToken),
                ColumnKind.Time => to.WriteAsync((DateTimeOffset)values[i]!, NpgsqlDbType.TimestampTz, cancellationToken),
                ColumnKind.Uuid => to.WriteAsync((Guid)values[i]!, NpgsqlDbType.Uuid, cancellationToken),
                ColumnKind.Hex => to.WriteAsync(Convert.FromHexString((string)values[i]!), NpgsqlDbType.Bytea, cancellationToken),
                _ => to.WriteAsync((string)values[i]!, NpgsqlDbType.Text, cancellationToken),
            });
        }
    }

    /// <summary>A row as one text, the same whichever store it is from.</summary>
    public static string Canonical(object?[] values)
    {
        var text = new StringBuilder();
        foreach (var value in values)
        {
            // The length before each value keeps two of them from being taken for another two.
            var written = value switch
            {
                null => null,
                DateTimeOffset at => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
                IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
                _ => value.ToString(),
            };
            text.Append(CultureInfo.InvariantCulture, $"{written?.Length ?? -1}:{written};");
        }

        return text.ToString();
    }

    private static string Names(IEnumerable<(string Name, ColumnKind Kind)> columns, string hex) => string.Join(
        ", ", columns.Select(column => column.Kind == ColumnKind.Hex ? string.Format(CultureInfo.InvariantCulture, hex, column.Name) : column.Name));

    private static CopiedTable Of(string name, string key, string columns) => new(
        name,
        key,
        [.. columns.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(column => column.Split(':')).Select(parts => (parts[0], Enum.Parse<ColumnKind>(parts[1])))]);
}
