namespace Fovea.Onnx.Import;

/// <summary>Reads tags and lengths of a message in the wire format, and steps over what they announce.</summary>
/// <param name="stream">Stands at the first byte; can seek.</param>
internal sealed class WireReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[1 << 14];
    private long _from = stream.Position;
    private int _at;
    private int _filled;

    /// <summary>Where the next byte is.</summary>
    public long Position => _from + _at;

    /// <summary>The number of a field, and how it is written.</summary>
    public (int Field, int Kind) Tag(long end)
    {
        ulong tag = Number(end);
        return tag >> 3 is > 0 and < 1 << 29 ? ((int)(tag >> 3), (int)(tag & 7)) : throw Broken();
    }

    /// <summary>A number of up to ten bytes, the lowest seven bits first.</summary>
    public ulong Number(long end)
    {
        ulong number = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte part = Byte(end);
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return number;
            }
        }

        throw Broken();
    }

    /// <summary>The length of what follows, which ends before <paramref name="end"/>.</summary>
    public long Length(long end)
    {
        ulong length = Number(end);
        return length <= (ulong)(end - Position) ? (long)length : throw Broken();
    }

    /// <summary>Steps over bytes.</summary>
    public void Skip(long bytes, long end)
    {
        if (bytes > end - Position)
        {
            throw Broken();
        }

        if (bytes <= _filled - _at)
        {
            _at += (int)bytes;
            return;
        }

        _from = Position + bytes;
        _at = _filled = 0;
        stream.Position = _from;
    }

    public static OnnxException Broken() => new("the file is cut off or damaged: its fields do not fit into one another, or it is no ONNX file");

    private byte Byte(long end)
    {
        if (Position >= end)
        {
            throw Broken();
        }

        if (_at == _filled)
        {
            _from += _at;
            _at = 0;
            _filled = stream.Read(_buffer);
            if (_filled == 0)
            {
                throw Broken();
            }
        }

        return _buffer[_at++];
    }
}
