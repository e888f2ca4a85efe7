namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Sequential scans: at once into samples when one scan holds everything, into kept coefficients when not.</summary>
internal static class SequentialScan
{
    /// <summary>Decodes the one scan of a file straight into the picture.</summary>
    public static void Stream<TDecoder>(ref EntropySource source, JpegFrame frame, JpegComponent[] components, PictureAssembler picture, TDecoder decoder)
        where TDecoder : struct, IBlockDecoder
    {
        Span<int> block = stackalloc int[64];
        for (int row = 0; row < frame.McusHigh; row++)
        {
            for (int column = 0; column < frame.McusWide; column++)
            {
                bool present = source.BeginUnit(out bool restarted);
                if (restarted)
                {
                    decoder.Restart();
                }

                for (int i = 0; i < components.Length; i++)
                {
                    JpegComponent component = components[i];
                    if (restarted)
                    {
                        component.Predictor = 0;
                    }

                    Unit(ref source.Bits, component, present, block, picture, row, column, decoder);
                }

                if (present)
                {
                    source.EndUnit();
                }
            }

            picture.UnitRowDone(row);
        }
    }

    private static void Unit<TDecoder>(ref BitReader reader, JpegComponent component, bool present, scoped Span<int> block,
        PictureAssembler picture, int row, int column, TDecoder decoder)
        where TDecoder : struct, IBlockDecoder
    {
        int stride = picture.Stride(component.Index);
        for (int down = 0; down < component.Vertical; down++)
        {
            Span<byte> samples = picture.Block(component.Index, row * component.Vertical + down, column * component.Horizontal);
            for (int across = 0; across < component.Horizontal; across++)
            {
                block.Clear();
                int last = present ? decoder.Decode(ref reader, component, component.Quant, block) : 0;
                InverseDct.Transform(block, last, samples[(8 * across)..], stride);
            }
        }
    }

    /// <summary>Keeps the coefficients of a scan that holds some of the components.</summary>
    public readonly struct Coder<TDecoder>(TDecoder decoder) : IBlockCoder
        where TDecoder : struct, IBlockDecoder
    {
        public void Restart() => decoder.Restart();

        public void Read(ref BitReader reader, JpegComponent component, StoredBlock block)
        {
            Span<int> wide = stackalloc int[64];
            int last = decoder.Decode(ref reader, component, Zigzag.AsSent, wide);
            for (int k = 0; k <= Math.Min(last, 63); k++)
            {
                block.Set(k, wide[k]);
            }
        }
    }
}
