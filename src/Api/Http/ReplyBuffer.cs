using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MarketManager.Api.Http;

/// <summary>A pooled buffer with a JSON writer on it: an answer is written whole, so that its length is known first.</summary>
/// <remarks>The pool keeps at most <see cref="Kept"/> buffers of at most <see cref="KeptBytes"/> each; others are
/// dropped.</remarks>
internal sealed class ReplyBuffer : IDisposable
{
    internal const int Kept = 64;
    private const int KeptBytes = 256 * 1024;

    private static readonly ConcurrentBag<ReplyBuffer> Pool = [];
    private static int _pooled;

    private readonly ArrayBufferWriter<byte> _bytes = new(4096);

    private ReplyBuffer() => Json = new Utf8JsonWriter(_bytes, new JsonWriterOptions
    {
        // The answers are JSON by their content type and never sniffed, so '<' and umlauts can stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    /// <summary>Writes into <see cref="Bytes"/>; flush before reading them.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>The same bytes for text that is not JSON.</summary>
    public ArrayBufferWriter<byte> Bytes => _bytes;

    /// <summary>Takes an empty buffer; dispose it to give it back.</summary>
    public static ReplyBuffer Rent()
    {
        if (Pool.TryTake(out var buffer))
        {
            Interlocked.Decrement(ref _pooled);
            return buffer;
        }

        return new ReplyBuffer();
    }

    /// <summary>Empties the buffer, for the next part of a stream.</summary>
    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Json.Reset();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        if (_bytes.Capacity > KeptBytes)
        {
            return;
        }

        if (Interlocked.Increment(ref _pooled) <= Kept)
        {
            Pool.Add(this);
        }
        else
        {
            Interlocked.Decrement(ref _pooled);
        }
    }
}
