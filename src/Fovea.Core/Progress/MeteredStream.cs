namespace Fovea;

/// <summary>A stream to read from, in which every read is a step of a meter.</summary>
/// <param name="stream">Is read; stays the caller's to dispose.</param>
/// <param name="meter">Counts the bytes.</param>
internal sealed class MeteredStream(Stream stream, WorkMeter meter) : Stream
{
    // A tensor of gigabytes is asked for at once: between pieces of this size reading can stop.
    private const int Piece = 4 << 20;

    public override bool CanRead => true;

    public override bool CanSeek => stream.CanSeek;

    public override bool CanWrite => false;

    public override long Length => stream.Length;

    public override long Position
    {
        get => stream.Position;
        set => stream.Position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        int read = stream.Read(buffer[..Math.Min(buffer.Length, Piece)]);
        meter.Step(read);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 1 ? one[0] : -1;
    }

    public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
