namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Decodes the blocks of an arithmetic-coded sequential scan (T.81, F.2.4).</summary>
internal readonly struct ArithmeticBlocks(ArithmeticCoding coding) : IBlockDecoder
{
    /// <inheritdoc/>
    public void Restart() => coding.Restart();

    /// <inheritdoc/>
    public int Decode(ref BitReader reader, JpegComponent component, scoped ReadOnlySpan<int> packed, scoped Span<int> block)
    {
        ArithmeticDecoder decoder = coding.Decoder;
        if (decoder.IsLost)
        {
            return 0;
        }

        coding.ReadDifference(ref reader, component);
        if (decoder.IsLost)
        {
            return 0;
        }

        block[0] = (short)component.Predictor * (packed[0] >> 8);
        Span<byte> bins = coding.Ac(component.AcTable);
        int last = 0;
        for (int k = 1; k < 64; k++)
        {
            if (decoder.Decide(ref reader, ref bins[3 * (k - 1)]))
            {
                break;
            }

            while (!decoder.Decide(ref reader, ref bins[3 * (k - 1) + 1]))
            {
                if (++k > 63)
                {
                    decoder.Lose();
                    return last;
                }
            }

            int value = coding.ReadValue(ref reader, component, k);
            if (decoder.IsLost)
            {
                return last;
            }

            int place = packed[k];
            block[place & 63] = (short)value * (place >> 8);
            last = k;
        }

        return last;
    }
}
