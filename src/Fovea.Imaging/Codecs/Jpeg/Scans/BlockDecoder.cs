namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Decodes the blocks of a sequential scan. One kind for each entropy coding.</summary>
internal interface IBlockDecoder
{
    /// <summary>Forgets what a restart marker ends.</summary>
    void Restart();

    /// <summary>
    /// Reads a block's coefficients, each multiplied by its step, into <paramref name="block"/>, which must hold zeros.
    /// Returns the place in the zigzag of the last one that was sent, 0 if there was only DC.
    /// </summary>
    int Decode(ref BitReader reader, JpegComponent component, scoped ReadOnlySpan<int> packed, scoped Span<int> block);
}

/// <summary>Decodes the blocks of a Huffman-coded sequential scan.</summary>
internal readonly struct HuffmanBlocks : IBlockDecoder
{
    /// <inheritdoc/>
    public void Restart()
    {
    }

    /// <inheritdoc/>
    public int Decode(ref BitReader reader, JpegComponent component, scoped ReadOnlySpan<int> packed, scoped Span<int> block) =>
        BlockDecoder.Decode(ref reader, component, packed, block);
}

/// <summary>Decodes one Huffman-coded block of a sequential scan: the innermost loop of the decoder.</summary>
internal static class BlockDecoder
{
    /// <summary>
    /// Reads a block's coefficients, each multiplied by its step, into <paramref name="block"/>, which must hold zeros.
    /// Returns the place in the zigzag of the last one that was sent, 0 if there was only DC.
    /// </summary>
    /// <param name="reader">The bits; its fields are copied to locals here, which the compiler keeps in registers.</param>
    /// <param name="component">The component, for its tables and its DC prediction.</param>
    /// <param name="packed">Where each place of the zigzag goes, and its step: see <see cref="Zigzag.Pack"/>.</param>
    /// <param name="block">64 coefficients in natural order.</param>
    public static int Decode(ref BitReader reader, JpegComponent component, scoped ReadOnlySpan<int> packed, scoped Span<int> block)
    {
        component.Predictor += DecodeDifference(ref reader, component.Dc!);
        block[0] = component.Predictor * (packed[0] >> 8);

        ReadOnlySpan<byte> segment = reader.Segment;
        int position = reader.Position;
        ulong buffer = reader.Buffer;
        int bits = reader.Bits;
        HuffmanTable table = component.Ac!;
        ReadOnlySpan<uint> lookup = table.Lookup;
        int last = 0;
        int k = 1;
        while (k < 64)
        {
            if (bits < BitReader.MinimumBits)
            {
                buffer |= BitReader.Load(segment, position) >> bits;
                position += (63 - bits) >> 3;
                bits |= 56;
            }

            uint entry = lookup[(int)(buffer >> (64 - HuffmanTable.LookBits))];
            int length = (int)(entry & HuffmanTable.LengthMask);
            int symbol = (int)(entry >> 8) & 255;
            int value = (int)entry >> 16;
            if ((entry & HuffmanTable.Whole) == 0)
            {
                if (entry == 0)
                {
                    symbol = table.DecodeLong(buffer, out length);
                }

                int size = symbol & 15;
                if (size == 0)
                {
                    buffer <<= length;
                    bits -= length;
                    if (symbol != 0xF0)
                    {
                        break;
                    }

                    k += 16;
                    continue;
                }

                value = HuffmanTable.Extend((int)(buffer << length >> (64 - size)), size);
                length += size;
            }

            buffer <<= length;
            bits -= length;
            k += symbol >> 4;
            int place = packed[k];
            block[place & 63] = value * (place >> 8);
            last = k++;
        }

        reader.Position = position;
        reader.Buffer = buffer;
        reader.Bits = bits;
        return last;
    }

    /// <summary>Reads the difference of a block's DC value to the one before.</summary>
    public static int DecodeDifference(ref BitReader reader, HuffmanTable table)
    {
        reader.Refill();
        uint entry = table.Lookup[reader.Buffer >> (64 - HuffmanTable.LookBits)];
        if ((entry & HuffmanTable.Whole) != 0)
        {
            reader.Skip((int)(entry & HuffmanTable.LengthMask));
            return (int)entry >> 16;
        }

        int size = reader.TakeSymbol(table);
        return size == 0 ? 0 : HuffmanTable.Extend(reader.Take(size), size);
    }
}
