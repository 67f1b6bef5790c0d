using System.Text;
using MarketManager.Storage.Rows;
using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>The parameters of a command, in its order, each with its type, so that a null has one too.</summary>
internal readonly struct PgParameters(NpgsqlParameterCollection parameters) : IParameters<PgParameters>
{
    public PgParameters Add(long value) => Typed(value, NpgsqlDbType.Bigint);

    public PgParameters Add(long? value) => Nullable(value, NpgsqlDbType.Bigint);

    public PgParameters Add(bool value) => Typed(value, NpgsqlDbType.Boolean);

    public PgParameters Add(string? value) =>
        value is null ? Null(NpgsqlDbType.Text) : Typed(Kept(value), NpgsqlDbType.Text);

    public PgParameters Add(Guid value) => Typed(value, NpgsqlDbType.Uuid);

    public PgParameters Add(Guid? value) => Nullable(value, NpgsqlDbType.Uuid);

    public PgParameters Add(DateTimeOffset value) => Typed(Kept(value), NpgsqlDbType.TimestampTz);

    public PgParameters Add(DateTimeOffset? value) => value is { } known ? Add(known) : Null(NpgsqlDbType.TimestampTz);

    public PgParameters Add(decimal? value) => Nullable(value, NpgsqlDbType.Numeric);

    public PgParameters Add(byte[] value) => Typed(value, NpgsqlDbType.Bytea);

    /// <summary>Adds an array of a type of elements. It must stay as it is: the driver may look at it after the command has failed.</summary>
    public PgParameters AddAll<T>(T[] values, NpgsqlDbType element) => Typed(values, NpgsqlDbType.Array | element);

    /// <summary>Adds a value whose type is known only at run time.</summary>
    public PgParameters AddAny(object value) => value switch
    {
        string text => Add(text),
        long number => Add(number),
        bool flag => Add(flag),
        Guid id => Add(id),
        DateTimeOffset at => Add(at),
        decimal number => Add((decimal?)number),
        _ => throw new NotSupportedException($"a {value.GetType().Name} cannot be a parameter"),
    };

    /// <summary>An instant as it is kept: UTC, milliseconds, what is below is cut off.</summary>
    public static DateTimeOffset Kept(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());

    /// <summary>A text as it is kept: half a character, which UTF-8 cannot express, and U+0000, which PostgreSQL cannot keep, become U+FFFD.</summary>
    public static string Kept(string text) => (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')
        ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text))
        : text).Replace('\0', '\uFFFD');

    private PgParameters Nullable<T>(T? value, NpgsqlDbType type)
        where T : struct => value is { } known ? Typed(known, type) : Null(type);

    private PgParameters Typed<T>(T value, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
        return this;
    }

    private PgParameters Null(NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = type });
        return this;
    }
}
