namespace Fovea.Io;

/// <summary>A stream that is only read, from its beginning to its end.</summary>
internal abstract class ForwardStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public abstract override int Read(Span<byte> buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>A part of a stream that can seek. It leaves the stream open.</summary>
internal sealed class BoundedStream(Stream stream, long at, long bytes) : ForwardStream
{
    private long _done;

    public override int Read(Span<byte> buffer)
    {
        stream.Position = at + _done;
        int read = stream.Read(buffer[..(int)Math.Min(buffer.Length, bytes - _done)]);
        _done += read;
        return read;
    }
}
