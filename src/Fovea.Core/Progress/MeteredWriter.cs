namespace Fovea;

/// <summary>A stream to write to, in which every write is a step of a meter.</summary>
/// <param name="stream">Is written to; stays the caller's to dispose.</param>
/// <param name="meter">Counts the bytes.</param>
internal sealed class MeteredWriter(Stream stream, WorkMeter meter) : Stream
{
    // Weights of gigabytes come at once: between pieces of this size writing can stop.
    private const int Piece = 4 << 20;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            int some = Math.Min(buffer.Length, Piece);
            stream.Write(buffer[..some]);
            meter.Step(some);
            buffer = buffer[some..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => stream.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
