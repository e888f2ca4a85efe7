using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>What the marker segments outside frame and scans have set so far.</summary>
internal sealed class JpegTables
{
    /// <summary>The quantisation tables, each as <see cref="Zigzag.Pack"/> makes it.</summary>
    public int[]?[] Quant { get; } = new int[]?[4];

    public HuffmanTable?[] Dc { get; } = new HuffmanTable?[4];

    public HuffmanTable?[] Ac { get; } = new HuffmanTable?[4];

    public ArithmeticConditioning Arithmetic { get; } = new();

    /// <summary>Coded units between restart markers; 0 for none.</summary>
    public int RestartInterval { get; private set; }

    public bool SawJfif { get; private set; }

    /// <summary>The colour transform of Adobe's segment; null when the file has none.</summary>
    public byte? AdobeTransform { get; private set; }

    /// <summary>Reads the segment of a marker, or leaves it when it is of no interest.</summary>
    public void Read(byte marker, ReadOnlySpan<byte> segment)
    {
        switch (marker)
        {
            case Marker.Dqt:
                ReadQuant(segment);
                break;
            case Marker.Dht:
                ReadHuffman(segment);
                break;
            case Marker.Dac:
                Arithmetic.Read(segment);
                break;
            case Marker.Dri when segment.Length != 2:
                throw JpegError.Malformed($"the restart interval takes 2 bytes, got {segment.Length}.");
            case Marker.Dri:
                RestartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
                break;
            case Marker.App0 when segment.Length >= 14 && segment.StartsWith("JFIF\0"u8):
                SawJfif = true;
                break;
            case Marker.App14 when segment.Length >= 12 && segment.StartsWith("Adobe"u8):
                AdobeTransform = segment[11];
                break;
        }
    }

    private void ReadQuant(ReadOnlySpan<byte> rest)
    {
        Span<ushort> steps = stackalloc ushort[64];
        while (rest.Length > 0)
        {
            int wide = rest[0] >> 4;
            int index = rest[0] & 15;
            int length = wide == 0 ? 64 : 128;
            if (index > 3 || rest.Length < 1 + length)
            {
                throw JpegError.Malformed($"quantisation table {index} of {rest.Length - 1} bytes; a number of 0 to 3 and {length} bytes were expected.");
            }

            for (int i = 0; i < 64; i++)
            {
                steps[i] = wide == 0 ? rest[1 + i] : BinaryPrimitives.ReadUInt16BigEndian(rest[(1 + 2 * i)..]);
            }

            Quant[index] = Zigzag.Pack(steps);
            rest = rest[(1 + length)..];
        }
    }

    private void ReadHuffman(ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0)
        {
            int kind = rest[0] >> 4;
            int index = rest[0] & 15;
            int symbols = 0;
            for (int i = 1; i < Math.Min(17, rest.Length); i++)
            {
                symbols += rest[i];
            }

            if (kind > 1 || index > 3 || symbols > 256 || rest.Length < 17 + symbols)
            {
                throw JpegError.Malformed($"Huffman table {index} of class {kind} with {symbols} symbols in {rest.Length} bytes; numbers 0 to 3, classes 0 and 1, and at most 256 symbols that all follow were expected.");
            }

            (kind == 0 ? Dc : Ac)[index] = HuffmanTableCache.Get(kind == 0, rest.Slice(1, 16 + symbols));
            rest = rest[(17 + symbols)..];
        }
    }
}
