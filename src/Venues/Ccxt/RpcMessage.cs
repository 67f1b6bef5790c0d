using System.Buffers;
using System.Text.Json;

namespace MarketManager.Venues.Ccxt;

/// <summary>One line of JSON-RPC 2.0, taken apart without copying; what a member is not there for is empty.</summary>
internal readonly ref struct RpcMessage
{
    /// <summary>As it was written, with its quotes where it is a string.</summary>
    public ReadOnlySpan<byte> Id { get; private init; }

    /// <summary>Null for an answer.</summary>
    public string? Method { get; private init; }

    /// <summary>JSON.</summary>
    public ReadOnlySpan<byte> Params { get; private init; }

    /// <summary>JSON.</summary>
    public ReadOnlySpan<byte> Result { get; private init; }

    /// <summary>JSON.</summary>
    public ReadOnlySpan<byte> Error { get; private init; }

    /// <summary>Takes a line apart.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static RpcMessage Parse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        ReadOnlySpan<byte> id = default, parameters = default, result = default, error = default;
        string? method = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("a message is an object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("method"u8))
            {
                reader.Read();
                method = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException("a method is a string");
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                id = line[Value(ref reader)];
            }
            else if (reader.ValueTextEquals("params"u8))
            {
                parameters = line[Value(ref reader)];
            }
            else if (reader.ValueTextEquals("result"u8))
            {
                result = line[Value(ref reader)];
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                error = line[Value(ref reader)];
            }
            else
            {
                reader.Skip();
            }
        }

        return new RpcMessage { Id = id, Method = method, Params = parameters, Result = result, Error = error };
    }

    /// <summary>Writes a request, or without an id a notification, with its line end.</summary>
    public static byte[] Write(long? id, string method, Action<Utf8JsonWriter>? parameters) => Line(writer =>
    {
        if (id is { } number)
        {
            writer.WriteNumber("id", number);
        }

        writer.WriteString("method", method);
        if (parameters is not null)
        {
            writer.WriteStartObject("params");
            parameters(writer);
            writer.WriteEndObject();
        }
    });

    /// <summary>Writes an answer with its line end; without a refusal it is a granted one.</summary>
    public static byte[] Answer(string id, string? refusal) => Line(writer =>
    {
        writer.WritePropertyName("id");
        writer.WriteRawValue(id);
        if (refusal is null)
        {
            writer.WriteNull("result");
            return;
        }

        writer.WriteStartObject("error");
        writer.WriteNumber("code", -32000);
        writer.WriteString("message", refusal);
        writer.WriteEndObject();
    });

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc", "2.0");
            write(writer);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static Range Value(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }
}
