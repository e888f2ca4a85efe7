using Fovea.Io;

namespace Fovea;

/// <summary>A stream to read from, in which every read is a step of a meter.</summary>
/// <param name="stream">Is read; stays the caller's to dispose.</param>
/// <param name="meter">Counts the bytes.</param>
internal sealed class MeteredStream(Stream stream, WorkMeter meter) : ReadOnlyStream
{
    // A tensor of gigabytes is asked for at once: between pieces of this size reading can stop.
    private const int Piece = 4 << 20;

    public override bool CanSeek => stream.CanSeek;

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

    public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);
}
