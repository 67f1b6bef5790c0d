using MarketManager.Storage.Rows;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Reading;

/// <summary>A row of a result, column by column.</summary>
internal sealed class PgRow(NpgsqlDataReader reader) : IRow
{
    private int _column;

    /// <summary>Moves to the next row; false after the last.</summary>
    public ValueTask<bool> Next(CancellationToken cancellationToken)
    {
        _column = 0;
        return new ValueTask<bool>(reader.ReadAsync(cancellationToken));
    }

    public long Long() => reader.GetInt64(_column++);

    public int Int() => reader.GetInt32(_column++);

    public bool Bool() => reader.GetBoolean(_column++);

    public string Text() => reader.GetString(_column++);

    public Guid Guid() => reader.GetGuid(_column++);

    public DateTimeOffset Time() => reader.GetFieldValue<DateTimeOffset>(_column++);

    /// <summary>The bytes of a text or of a binary value.</summary>
    public byte[] Bytes() => reader.GetFieldValue<byte[]>(_column++);

    public long? LongOrNull() => SkipNull() ? null : Long();

    public int? IntOrNull() => SkipNull() ? null : Int();

    public bool? BoolOrNull() => SkipNull() ? null : Bool();

    public string? TextOrNull() => SkipNull() ? null : Text();

    public Guid? GuidOrNull() => SkipNull() ? null : Guid();

    public DateTimeOffset? TimeOrNull() => SkipNull() ? null : Time();

    public decimal? DecimalOrNull() => SkipNull() ? null : reader.GetDecimal(_column++);

    /// <summary>A column of a type that the caller knows.</summary>
    public T Value<T>() => reader.GetFieldValue<T>(_column++);

    private bool SkipNull()
    {
        if (!reader.IsDBNull(_column))
        {
            return false;
        }

        _column++;
        return true;
    }
}
