namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>The four kinds of arithmetic-coded progressive scan (T.81, G.1.3): as the Huffman-coded ones, but for runs of empty blocks.</summary>
internal static class ArithmeticProgressive
{
    /// <summary>Reads one scan.</summary>
    public static void Run(ref EntropySource source, JpegFrame frame, in ScanHeader scan, ArithmeticCoding coding)
    {
        switch (scan.First == 0, scan.High == 0)
        {
            case (true, true):
                ScanLoop.Run(ref source, frame, scan, new DcFirst(coding, scan.Low));
                break;
            case (true, false):
                ScanLoop.Run(ref source, frame, scan, new DcRefine(coding, scan.Low));
                break;
            case (false, true):
                ScanLoop.Run(ref source, frame, scan, new AcFirst(coding, scan));
                break;
            case (false, false):
                ScanLoop.Run(ref source, frame, scan, new AcRefine(coding, scan));
                break;
        }
    }

    private readonly struct DcFirst(ArithmeticCoding coding, int low) : IBlockCoder
    {
        public void Restart() => coding.Restart();

        public void Read(ref BitReader reader, JpegComponent component, StoredBlock block)
        {
            if (coding.Decoder.IsLost)
            {
                return;
            }

            coding.ReadDifference(ref reader, component);
            if (!coding.Decoder.IsLost)
            {
                block.Values[0] = (short)(component.Predictor << low);
            }
        }
    }

    private readonly struct DcRefine(ArithmeticCoding coding, int low) : IBlockCoder
    {
        public void Restart() => coding.Restart();

        public void Read(ref BitReader reader, JpegComponent component, StoredBlock block)
        {
            if (coding.Decoder.DecideEvenly(ref reader))
            {
                block.Values[0] |= (short)(1 << low);
            }
        }
    }

    private readonly struct AcFirst(ArithmeticCoding coding, ScanHeader scan) : IBlockCoder
    {
        public void Restart() => coding.Restart();

        public void Read(ref BitReader reader, JpegComponent component, StoredBlock block)
        {
            ArithmeticDecoder decoder = coding.Decoder;
            Span<byte> bins = coding.Ac(component.AcTable);
            for (int k = scan.First; k <= scan.Last && !decoder.IsLost && !decoder.Decide(ref reader, ref bins[3 * (k - 1)]); k++)
            {
                while (!decoder.Decide(ref reader, ref bins[3 * (k - 1) + 1]))
                {
                    if (++k > scan.Last)
                    {
                        decoder.Lose();
                        return;
                    }
                }

                int value = coding.ReadValue(ref reader, component, k);
                if (!decoder.IsLost)
                {
                    block.Set(k, value << scan.Low);
                }
            }
        }
    }

    private readonly struct AcRefine(ArithmeticCoding coding, ScanHeader scan) : IBlockCoder
    {
        public void Restart() => coding.Restart();

        public void Read(ref BitReader reader, JpegComponent component, StoredBlock block)
        {
            ArithmeticDecoder decoder = coding.Decoder;
            if (decoder.IsLost)
            {
                return;
            }

            Span<byte> bins = coding.Ac(component.AcTable);
            int unit = 1 << scan.Low;

            // Up to the last coefficient of the earlier scans the end of the block is not asked for.
            int known = scan.Last;
            while (known > 0 && block.Values[known] == 0)
            {
                known--;
            }

            for (int k = scan.First; k <= scan.Last; k++)
            {
                if (k > known && decoder.Decide(ref reader, ref bins[3 * (k - 1)]))
                {
                    return;
                }

                while (!Refine(ref reader, block, k, unit, bins.Slice(3 * (k - 1), 3)))
                {
                    if (++k > scan.Last)
                    {
                        decoder.Lose();
                        return;
                    }
                }
            }
        }

        // Returns false for a coefficient that was zero and stays it.
        private bool Refine(ref BitReader reader, StoredBlock block, int k, int unit, Span<byte> bins)
        {
            ref short coefficient = ref block.Values[k];
            if (coefficient != 0)
            {
                if (coding.Decoder.Decide(ref reader, ref bins[2]))
                {
                    coefficient += (short)(coefficient < 0 ? -unit : unit);
                }

                return true;
            }

            if (!coding.Decoder.Decide(ref reader, ref bins[1]))
            {
                return false;
            }

            block.Set(k, coding.Decoder.DecideEvenly(ref reader) ? -unit : unit);
            return true;
        }
    }
}
