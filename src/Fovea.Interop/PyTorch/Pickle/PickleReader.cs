using System.Buffers.Binary;

namespace Fovea.Io.PyTorch;

/// <summary>Reads the bytes of one pickle from a stream that can seek. Lengths are checked against what is there before memory is taken.</summary>
internal sealed class PickleReader
{
    private readonly Stream _stream;
    private readonly long _end;
    private readonly bool _isCapped;
    private readonly byte[] _buffer = new byte[1 << 14];
    private long _bufferAt;
    private int _at;
    private int _filled;

    public PickleReader(Stream stream, long at)
    {
        _stream = stream;
        _bufferAt = at;
        _isCapped = stream.Length - at > PickleLimits.Bytes;
        _end = _isCapped ? at + PickleLimits.Bytes : stream.Length;
    }

    /// <summary>Where the next byte lies in the stream.</summary>
    public long Position => _bufferAt + _at;

    public byte ReadByte() => Read(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Read(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Read(4));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Read(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Read(8));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Read(8));

    /// <summary>The next bytes. They are valid until the next call.</summary>
    public ReadOnlySpan<byte> Read(ulong count)
    {
        if (count > (ulong)(_end - Position))
        {
            throw new PickleException(_isCapped
                ? $"byte {Position}: the pickle takes more than {PickleLimits.Bytes:N0} bytes, which is the limit"
                : $"byte {Position}: the pickle wants {count:N0} more bytes, but the file has {_end - Position:N0}; it was cut off or is damaged");
        }

        int wanted = (int)count;
        if (wanted > _buffer.Length)
        {
            byte[] large = new byte[wanted];
            _stream.Position = Position;
            _stream.ReadExactly(large);
            _bufferAt = Position + wanted;
            _at = _filled = 0;
            return large;
        }

        if (wanted > _filled - _at)
        {
            _bufferAt += _at;
            _at = 0;
            _stream.Position = _bufferAt;
            _filled = _stream.ReadAtLeast(_buffer.AsSpan(0, (int)Math.Min(_buffer.Length, _end - _bufferAt)), wanted);
        }

        _at += wanted;
        return _buffer.AsSpan(_at - wanted, wanted);
    }

    /// <summary>The bytes up to the next end of a line, which is skipped.</summary>
    /// <param name="most">The most bytes before it.</param>
    /// <param name="what">What the line holds, for the message.</param>
    public byte[] ReadLine(int most, string what)
    {
        var line = new List<byte>();
        for (byte next = ReadByte(); next != '\n'; next = ReadByte())
        {
            if (line.Count == most)
            {
                throw new PickleException($"byte {Position}: {what} in the pickle has more than {most} bytes, which is the limit");
            }

            line.Add(next);
        }

        return [.. line];
    }
}
