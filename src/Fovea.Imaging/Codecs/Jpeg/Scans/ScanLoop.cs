namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Reads one block of a scan whose coefficients are kept. One kind for each kind of scan.</summary>
internal interface IBlockCoder
{
    /// <summary>Forgets what a restart marker ends.</summary>
    void Restart();

    /// <summary>Reads what the scan has for a block and adds it to the block's coefficients.</summary>
    void Read(ref BitReader reader, JpegComponent component, StoredBlock block);
}

/// <summary>Walks the blocks of a scan in the order they are sent. The coder is a struct, so that each kind compiles to its own loop.</summary>
internal static class ScanLoop
{
    public static void Run<TCoder>(ref EntropySource source, JpegFrame frame, in ScanHeader scan, TCoder coder)
        where TCoder : struct, IBlockCoder
    {
        foreach (JpegComponent component in scan.Components)
        {
            component.Predictor = 0;
        }

        if (scan.Components.Length == 1)
        {
            Alone(ref source, scan.Components[0], coder);
        }
        else
        {
            Interleaved(ref source, frame, scan.Components, coder);
        }
    }

    // A scan of one component sends its blocks row by row, those of the padding left out.
    private static void Alone<TCoder>(ref EntropySource source, JpegComponent component, TCoder coder)
        where TCoder : struct, IBlockCoder
    {
        for (int row = 0; row < component.BlocksHigh; row++)
        {
            for (int column = 0; column < component.BlocksWide; column++)
            {
                bool present = source.BeginUnit(out bool restarted);
                if (restarted)
                {
                    component.Predictor = 0;
                    coder.Restart();
                }

                if (present)
                {
                    coder.Read(ref source.Bits, component, component.Block(row, column));
                    source.EndUnit();
                }
            }
        }
    }

    private static void Interleaved<TCoder>(ref EntropySource source, JpegFrame frame, JpegComponent[] components, TCoder coder)
        where TCoder : struct, IBlockCoder
    {
        for (int unit = 0; unit < frame.McusHigh * frame.McusWide; unit++)
        {
            (int row, int column) = Math.DivRem(unit, frame.McusWide);
            bool present = source.BeginUnit(out bool restarted);
            if (restarted)
            {
                coder.Restart();
                foreach (JpegComponent component in components)
                {
                    component.Predictor = 0;
                }
            }

            if (!present)
            {
                continue;
            }

            foreach (JpegComponent component in components)
            {
                for (int block = 0; block < component.Vertical * component.Horizontal; block++)
                {
                    (int down, int across) = Math.DivRem(block, component.Horizontal);
                    coder.Read(ref source.Bits, component,
                        component.Block(row * component.Vertical + down, column * component.Horizontal + across));
                }
            }

            source.EndUnit();
        }
    }
}
