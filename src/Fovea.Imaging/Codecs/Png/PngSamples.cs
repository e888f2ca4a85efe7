using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Png;

/// <summary>Takes the rebuilt rows of a picture.</summary>
internal interface IPngRowSink<T>
    where T : unmanaged
{
    /// <summary>Expands one stored row.</summary>
    /// <param name="row">The rebuilt bytes.</param>
    /// <param name="samples">Receives the samples; its length sets how many.</param>
    void Expand(ReadOnlySpan<byte> row, Span<T> samples);
}

/// <summary>Turns rebuilt rows into the samples that are stored: of every depth, as they are.</summary>
internal sealed class PngSamples(PngHeader header) : IPngRowSink<ushort>
{
    private readonly byte[] _unpacked = header.BitDepth < 8 ? new byte[header.Width] : [];

    /// <inheritdoc/>
    public void Expand(ReadOnlySpan<byte> row, Span<ushort> samples)
    {
        if (header.BitDepth == 16)
        {
            for (int i = 0; i < samples.Length; i++)
            {
                samples[i] = BinaryPrimitives.ReadUInt16BigEndian(row[(2 * i)..]);
            }

            return;
        }

        if (header.BitDepth < 8)
        {
            Span<byte> unpacked = _unpacked.AsSpan(0, samples.Length);
            Unpack(row, unpacked, header.BitDepth);
            row = unpacked;
        }

        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = row[i];
        }
    }

    /// <summary>Gives each sample of 1, 2 or 4 bits its byte.</summary>
    public static void Unpack(ReadOnlySpan<byte> row, Span<byte> samples, int depth)
    {
        int mask = (1 << depth) - 1;
        for (int i = 0; i < samples.Length; i++)
        {
            int bit = i * depth;
            samples[i] = (byte)((row[bit >> 3] >> (8 - depth - (bit & 7))) & mask);
        }
    }
}
