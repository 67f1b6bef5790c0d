using System.Buffers;
using System.Globalization;
using System.Text;
using MarketManager.Storage.Rows;

namespace MarketManager.Storage.Sqlite.Engine;

/// <summary>A prepared statement: parameters are added and columns read one after the other, in the order of the SQL.</summary>
/// <remarks>Instants are kept as milliseconds since 1970 UTC, decimals as text, UUIDs as 16 bytes that sort like their text.</remarks>
internal sealed unsafe class Statement : IRow, IParameters<Statement>, IDisposable
{
    private readonly Connection _connection;
    private readonly nint _handle;
    private int _parameter;
    private int _column;

    public Statement(Connection connection, string sql)
    {
        _connection = connection;
        connection.Check(Native.Prepare(connection.Handle, sql, -1, Native.PreparePersistent, out _handle, 0));
    }

    public Statement Add(long value) => Bound(Native.BindInt64(_handle, ++_parameter, value));

    public Statement Add(long? value) => value is { } known ? Add(known) : AddNull();

    public Statement Add(bool value) => Add(value ? 1L : 0L);

    public Statement Add(bool? value) => value is { } known ? Add(known) : AddNull();

    public Statement Add(DateTimeOffset value) => Add(value.ToUnixTimeMilliseconds());

    public Statement Add(DateTimeOffset? value) => value is { } known ? Add(known) : AddNull();

    public Statement Add(decimal? value)
    {
        if (value is not { } known)
        {
            return AddNull();
        }

        Span<byte> text = stackalloc byte[40];
        return AddUtf8(text[..Format(known, text)]);
    }

    public Statement Add(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return AddBlob(bytes);
    }

    public Statement Add(Guid? value) => value is { } known ? Add(known) : AddNull();

    public Statement Add(string? value)
    {
        if (value is null)
        {
            return AddNull();
        }

        var longest = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (longest <= 512)
        {
            Span<byte> text = stackalloc byte[512];
            return AddUtf8(text[..Encoding.UTF8.GetBytes(value, text)]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(longest);
        try
        {
            return AddUtf8(rented.AsSpan(0, Encoding.UTF8.GetBytes(value, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public Statement AddUtf8(ReadOnlySpan<byte> value)
    {
        // An empty span has no address, which would bind NULL.
        fixed (byte* start = value.IsEmpty ? "\0"u8 : value)
        {
            return Bound(Native.BindText(_handle, ++_parameter, start, value.Length, Native.Transient));
        }
    }

    public Statement AddBlob(ReadOnlySpan<byte> value)
    {
        fixed (byte* start = value.IsEmpty ? "\0"u8 : value)
        {
            return Bound(Native.BindBlob(_handle, ++_parameter, start, value.Length, Native.Transient));
        }
    }

    public Statement AddNull() => Bound(Native.BindNull(_handle, ++_parameter));

    /// <summary>Adds a value whose type is known only at run time.</summary>
    public Statement AddAny(object value) => value switch
    {
        string text => Add(text),
        long number => Add(number),
        bool flag => Add(flag),
        Guid id => Add(id),
        DateTimeOffset at => Add(at),
        decimal number => Add((decimal?)number),
        _ => throw new NotSupportedException($"a {value.GetType().Name} cannot be a parameter"),
    };

    /// <summary>Moves to the next row; false after the last, when the statement is ready to be used again.</summary>
    public bool Step()
    {
        var code = Native.Step(_handle);
        _column = 0;
        if (code == Native.Row)
        {
            return true;
        }

        if (code == Native.Done)
        {
            Reset();
            return false;
        }

        var failure = _connection.Failure(code);
        Reset();
        throw failure;
    }

    /// <summary>Runs a statement that answers nothing.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Execute()
    {
        while (Step())
        {
        }

        return Native.Changes(_connection.Handle);
    }

    /// <summary>Reads the one number that the statement answers; null where that is NULL or there is no row.</summary>
    public long? Scalar()
    {
        try
        {
            return Step() ? LongOrNull() : null;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Ends a statement before its last row, so that it holds no lock and can be used again.</summary>
    public void Reset()
    {
        _ = Native.Reset(_handle);
        _parameter = 0;
    }

    /// <summary>Passes over the column if it is NULL.</summary>
    public bool SkipNull()
    {
        if (Native.ColumnType(_handle, _column) != Native.TypeNull)
        {
            return false;
        }

        _column++;
        return true;
    }

    public long Long() => Native.ColumnInt64(_handle, _column++);

    public int Int() => checked((int)Long());

    public bool Bool() => Long() != 0;

    public DateTimeOffset Time() => DateTimeOffset.FromUnixTimeMilliseconds(Long());

    /// <summary>The bytes of a text or blob; valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var start = Native.ColumnBlob(_handle, _column); // before its length, as the engine asks for
        return new ReadOnlySpan<byte>(start, Native.ColumnBytes(_handle, _column++));
    }

    /// <summary>A number, or the UUID that a blob is.</summary>
    public object Key() => Native.ColumnType(_handle, _column) == Native.TypeBlob ? Guid() : Long();

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public Guid Guid() => new(Bytes(), bigEndian: true);

    public long? LongOrNull() => SkipNull() ? null : Long();

    public int? IntOrNull() => SkipNull() ? null : Int();

    public bool? BoolOrNull() => SkipNull() ? null : Bool();

    public DateTimeOffset? TimeOrNull() => SkipNull() ? null : Time();

    public string? TextOrNull() => SkipNull() ? null : Text();

    public Guid? GuidOrNull() => SkipNull() ? null : Guid();

    public decimal? DecimalOrNull() => SkipNull() ? null : decimal.Parse(Bytes(), NumberStyles.Float, CultureInfo.InvariantCulture);

    public void Dispose() => _ = Native.Finalize(_handle);

    /// <summary>A decimal as it is kept: plain digits with its own number of places, no exponent.</summary>
    internal static int Format(decimal value, Span<byte> text) =>
        value.TryFormat(text, out var written, default, CultureInfo.InvariantCulture)
            ? written
            : throw new ArgumentException("no room", nameof(text));

    private Statement Bound(int code)
    {
        if (code != Native.Ok)
        {
            var failure = _connection.Failure(code);
            Reset();
            throw failure;
        }

        return this;
    }
}
