using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>The four kinds of progressive scan (T.81, annex G): DC or a band of AC, all but the low bits or one more bit.</summary>
internal static class ProgressiveScan
{
    public static void Run(ref EntropySource source, JpegFrame frame, in ScanHeader scan)
    {
        switch (scan.First == 0, scan.High == 0)
        {
            case (true, true):
                ScanLoop.Run(ref source, frame, scan, new DcFirst(scan.Low));
                break;
            case (true, false):
                ScanLoop.Run(ref source, frame, scan, new DcRefine(scan.Low));
                break;
            case (false, true):
                ScanLoop.Run(ref source, frame, scan, new AcFirst(scan));
                break;
            case (false, false):
                ScanLoop.Run(ref source, frame, scan, new AcRefine(scan));
                break;
        }
    }

    private readonly struct DcFirst(int low) : IBlockCoder
    {
        public void Restart()
        {
        }

        public void Read(ref BitReader reader, JpegComponent component, StoredBlock block)
        {
            component.Predictor += BlockDecoder.DecodeDifference(ref reader, component.Dc!);
            block.Values[0] = (short)(component.Predictor << low);
        }
    }

    private readonly struct DcRefine(int low) : IBlockCoder
    {
        public void Restart()
        {
        }

        public void Read(ref BitReader reader, JpegComponent component, StoredBlock block)
        {
            if (reader.TakeFlag())
            {
                block.Values[0] |= (short)(1 << low);
            }
        }
    }

    /// <summary>A band of coefficients, first time: runs of zeros and values, and runs of blocks with nothing more.</summary>
    private struct AcFirst(ScanHeader scan) : IBlockCoder
    {
        private readonly int _first = scan.First;
        private readonly int _last = scan.Last;
        private readonly int _low = scan.Low;
        private int _emptyBlocks;

        public void Restart() => _emptyBlocks = 0;

        public void Read(ref BitReader reader, JpegComponent component, StoredBlock block)
        {
            if (_emptyBlocks > 0)
            {
                _emptyBlocks--;
                return;
            }

            BitReader bits = reader;
            HuffmanTable table = component.Ac!;
            for (int k = _first; k <= _last; k++)
            {
                bits.Refill();
                uint entry = table.Lookup[bits.Buffer >> (64 - HuffmanTable.LookBits)];
                if ((entry & HuffmanTable.Whole) != 0)
                {
                    bits.Skip((int)(entry & HuffmanTable.LengthMask));
                    k += (int)(entry >> 12) & 15;
                    block.Set(k, ((int)entry >> 16) << _low);
                    continue;
                }

                int symbol = bits.TakeSymbol(table);
                int size = symbol & 15;
                int run = symbol >> 4;
                if (size > 0)
                {
                    k += run;
                    block.Set(k, HuffmanTable.Extend(bits.Take(size), size) << _low);
                }
                else if (run == 15)
                {
                    k += 15;
                }
                else
                {
                    _emptyBlocks = ReadEmptyBlocks(ref bits, run) - 1;
                    break;
                }
            }

            reader = bits;
        }
    }

    /// <summary>
    /// One more bit of a band. Coefficients that are not zero get a bit each, in passing; a symbol says how many that are still
    /// zero stay so before one becomes plus or minus one unit of this bit.
    /// </summary>
    private struct AcRefine(ScanHeader scan) : IBlockCoder
    {
        private readonly int _first = scan.First;
        private readonly int _last = scan.Last;
        private readonly ulong _band = (ulong.MaxValue << scan.First) & (ulong.MaxValue >> (63 - scan.Last));
        private readonly int _unit = 1 << scan.Low;
        private int _emptyBlocks;

        public void Restart() => _emptyBlocks = 0;

        public void Read(ref BitReader reader, JpegComponent component, StoredBlock block)
        {
            BitReader bits = reader;
            HuffmanTable table = component.Ac!;
            int k = _first;
            if (_emptyBlocks == 0)
            {
                for (; k <= _last; k++)
                {
                    int symbol = bits.TakeSymbol(table);
                    int run = symbol >> 4;
                    int value = 0;
                    if ((symbol & 15) != 0)
                    {
                        // The size can only be 1; libjpeg takes any other for it.
                        value = bits.TakeFlag() ? _unit : -_unit;
                    }
                    else if (run != 15)
                    {
                        _emptyBlocks = ReadEmptyBlocks(ref bits, run);
                        break;
                    }

                    k = RefineRun(ref bits, block, k, run);
                    if (value != 0)
                    {
                        block.Set(k, value);
                    }
                }
            }

            if (_emptyBlocks > 0)
            {
                RefineRun(ref bits, block, k, 64);
                _emptyBlocks--;
            }

            reader = bits;
        }

        // Refines what is not zero from k on, and stops at the zero coefficient behind `zeros` others, or after the band.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly int RefineRun(ref BitReader bits, StoredBlock block, int k, int zeros)
        {
            ulong rest = block.Present & _band & (ulong.MaxValue << k);
            for (; rest != 0; rest &= rest - 1)
            {
                int next = BitOperations.TrailingZeroCount(rest);
                if (next - k > zeros)
                {
                    return k + zeros;
                }

                zeros -= next - k;
                k = next + 1;
                ref short coefficient = ref block.Values[next];
                if (bits.TakeFlag() && (coefficient & _unit) == 0)
                {
                    coefficient += (short)(coefficient >= 0 ? _unit : -_unit);
                }
            }

            return Math.Min(k + zeros, _last + 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadEmptyBlocks(ref BitReader reader, int size)
    {
        if (size == 0)
        {
            return 1;
        }

        reader.Refill();
        return (1 << size) + reader.Take(size);
    }
}
