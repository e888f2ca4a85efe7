using Fovea.Io;

namespace Fovea;

/// <summary>A stream to write to, in which every write is a step of a meter.</summary>
/// <param name="stream">Is written to; stays the caller's to dispose.</param>
/// <param name="meter">Counts the bytes.</param>
internal sealed class MeteredWriter(Stream stream, WorkMeter meter) : WriteOnlyStream
{
    // Weights of gigabytes come at once: between pieces of this size writing can stop.
    private const int Piece = 4 << 20;

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

    public override void Flush() => stream.Flush();
}
