namespace MarketManager.Venues.Ccxt;

/// <summary>Reads lines from a pipe, each byte looked at once, without copying a line.</summary>
/// <remarks>Holds one line of at most the limit.</remarks>
internal sealed class LineReader(Stream stream, int limit)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Blocks for the next line, without its end; it is valid until the next call. False at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The line is longer than the limit.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = _start;
        while (true)
        {
            var found = _buffer.AsSpan(searched.._end).IndexOf((byte)'\n');
            if (found >= 0)
            {
                line = _buffer.AsSpan(_start..(searched + found));
                _start = searched + found + 1;
                return true;
            }

            MakeRoom();
            searched = _end;
            var read = stream.Read(_buffer.AsSpan(_end));
            if (read == 0)
            {
                line = default;
                return false;
            }

            _end += read;
        }
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        if (_end >= limit)
        {
            throw new InvalidDataException($"a line is longer than {limit} bytes");
        }

        Array.Resize(ref _buffer, (int)Math.Min(_buffer.Length * 2L, limit));
    }
}
