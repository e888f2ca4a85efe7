using System.IO.Compression;

namespace Fovea.Imaging.Codecs.Png;

/// <summary>
/// Hands out the stored rows of a PNG one by one. The stream is inflated some 64 KiB at a time, never beyond the size that the header
/// announces, so a bomb can neither take memory nor time.
/// </summary>
internal sealed class PngRows : IDisposable
{
    private const int BufferSize = 1 << 16;

    private readonly ZLibStream _inflater;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private long _left;

    public PngRows(PngFile file)
    {
        _inflater = new ZLibStream(file.OpenCompressed(), CompressionMode.Decompress);
        _left = file.Header.RawBytes();
    }

    /// <summary>The next row: its filter's byte and <paramref name="length"/> bytes more. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Next(int length)
    {
        int wanted = length + 1;
        if (_end - _start < wanted)
        {
            Fill(wanted);
        }

        ReadOnlySpan<byte> row = _buffer.AsSpan(_start, wanted);
        _start += wanted;
        return row;
    }

    /// <summary>Reads to the end of the stream, where zlib's own checksum over the rows is compared.</summary>
    public void Finish()
    {
        try
        {
            Span<byte> surplus = stackalloc byte[1];
            _inflater.ReadAtLeast(surplus, 1, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Damaged(e);
        }
    }

    public void Dispose() => _inflater.Dispose();

    private void Fill(int wanted)
    {
        int kept = _end - _start;
        if (_buffer.Length < wanted)
        {
            byte[] larger = new byte[Math.Max(wanted, (int)Math.Min(BufferSize, _left))];
            _buffer.AsSpan(_start, kept).CopyTo(larger);
            _buffer = larger;
        }
        else
        {
            _buffer.AsSpan(_start, kept).CopyTo(_buffer);
        }

        _start = 0;
        int room = (int)Math.Min(_buffer.Length - kept, _left);
        int got;
        try
        {
            got = _inflater.ReadAtLeast(_buffer.AsSpan(kept, room), room, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Damaged(e);
        }

        _left -= got;
        _end = kept + got;
        if (_end < wanted)
        {
            throw new ImageException(ImageError.Truncated, $"png: the pixels end early: {_left} bytes of them are missing.");
        }
    }

    private static ImageException Damaged(Exception cause) =>
        new(ImageError.Malformed, "png: the compressed pixels are damaged.", cause);
}
