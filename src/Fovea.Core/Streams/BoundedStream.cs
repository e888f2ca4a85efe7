namespace Fovea.Io;

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
