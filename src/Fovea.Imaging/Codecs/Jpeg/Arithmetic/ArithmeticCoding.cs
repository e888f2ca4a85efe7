namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>How the estimates are chosen (T.81, B.2.4.3): bounds of what counts as a small difference of DC, and where high frequencies begin.</summary>
internal sealed class ArithmeticConditioning
{
    /// <summary>How many tables a file may number.</summary>
    public const int Tables = 16;

    private readonly (int Lower, int Upper)[] _dc = new (int, int)[Tables];
    private readonly int[] _ac = new int[Tables];

    /// <summary>The values that hold without a DAC segment.</summary>
    public ArithmeticConditioning()
    {
        Array.Fill(_dc, (0, 1));
        Array.Fill(_ac, 5);
    }

    /// <summary>Differences up to 2^Lower / 2 are small, those up to 2^Upper / 2 middling.</summary>
    public (int Lower, int Upper) Dc(int table) => _dc[table];

    /// <summary>The last coefficient of the low frequencies.</summary>
    public int Ac(int table) => _ac[table];

    /// <summary>Reads a DAC segment.</summary>
    public void Read(ReadOnlySpan<byte> segment)
    {
        if (segment.Length % 2 != 0)
        {
            throw JpegError.Malformed($"the arithmetic conditioning takes 2 bytes for each table, got {segment.Length} bytes.");
        }

        for (int i = 0; i < segment.Length; i += 2)
        {
            int kind = segment[i] >> 4, index = segment[i] & 15, value = segment[i + 1];
            int lower = value & 15, upper = value >> 4;
            if (kind > 1 || (kind == 0 && lower > upper))
            {
                throw JpegError.Malformed($"arithmetic conditioning {value:X2} of class {kind}; classes 0 and 1 and a lower bound up to the upper one were expected.");
            }

            if (kind == 0)
            {
                _dc[index] = (lower, upper);
            }
            else
            {
                _ac[index] = value;
            }
        }
    }
}

/// <summary>The state of one arithmetic-coded scan: the decoder, and the estimates of every table that its components name.</summary>
/// <param name="conditioning">What DAC segments set.</param>
internal sealed class ArithmeticCoding(ArithmeticConditioning conditioning)
{
    private const int DcBins = 64, AcBins = 256, DcMagnitude = 20, AcMagnitudeLow = 189, AcMagnitudeHigh = 217, ToBits = 14;

    private readonly byte[]?[] _dc = new byte[ArithmeticConditioning.Tables][];
    private readonly byte[]?[] _ac = new byte[ArithmeticConditioning.Tables][];
    private readonly int[] _dcContext = new int[4];

    /// <summary>The decoder of binary decisions.</summary>
    public ArithmeticDecoder Decoder { get; } = new();

    /// <summary>Forgets what a restart marker ends. Predictions are the scan loop's.</summary>
    public void Restart()
    {
        Decoder.Restart();
        Array.Clear(_dcContext);
        for (int i = 0; i < _dc.Length; i++)
        {
            _dc[i]?.AsSpan().Clear();
            _ac[i]?.AsSpan().Clear();
        }
    }

    /// <summary>The estimates of an AC table; the three of coefficient k begin at 3 (k − 1).</summary>
    public Span<byte> Ac(int table) => _ac[table] ??= new byte[AcBins];

    /// <summary>Reads the difference of a block's DC value to the one before (F.1.4.4.1) and adds it to the prediction.</summary>
    public void ReadDifference(ref BitReader reader, JpegComponent component)
    {
        Span<byte> bins = _dc[component.DcTable] ??= new byte[DcBins];
        ref int context = ref _dcContext[component.Index];
        int at = context;
        if (!Decoder.Decide(ref reader, ref bins[at]))
        {
            context = 0;
            return;
        }

        bool negative = Decoder.Decide(ref reader, ref bins[at + 1]);
        at += negative ? 3 : 2;
        int magnitude = 0;
        if (Decoder.Decide(ref reader, ref bins[at]))
        {
            at = DcMagnitude;
            magnitude = ReadMagnitude(ref reader, bins, ref at, 1);
            if (Decoder.IsLost)
            {
                return;
            }
        }

        (int lower, int upper) = conditioning.Dc(component.DcTable);
        int size = magnitude < 1 << lower >> 1 ? 0 : magnitude > 1 << upper >> 1 ? 12 : 4;
        context = size == 0 || !negative ? size : size + 4;
        int value = ReadBits(ref reader, ref bins[at + ToBits], magnitude) + 1;
        component.Predictor = (component.Predictor + (negative ? -value : value)) & 0xFFFF;
    }

    /// <summary>Reads the value of an AC coefficient that is not zero (F.1.4.4.2).</summary>
    /// <param name="reader">The segment.</param>
    /// <param name="component">The component, for its table.</param>
    /// <param name="k">The coefficient's place in the zigzag.</param>
    public int ReadValue(ref BitReader reader, JpegComponent component, int k)
    {
        Span<byte> bins = Ac(component.AcTable);
        bool negative = Decoder.DecideEvenly(ref reader);
        int at = 3 * (k - 1) + 2;
        int magnitude = 0;
        if (Decoder.Decide(ref reader, ref bins[at]))
        {
            magnitude = 1;
            if (Decoder.Decide(ref reader, ref bins[at]))
            {
                at = k <= conditioning.Ac(component.AcTable) ? AcMagnitudeLow : AcMagnitudeHigh;
                magnitude = ReadMagnitude(ref reader, bins, ref at, 2);
                if (Decoder.IsLost)
                {
                    return 0;
                }
            }
        }

        int value = ReadBits(ref reader, ref bins[at + ToBits], magnitude) + 1;
        return negative ? -value : value;
    }

    // Doubles while the answer is yes; each step has its own estimate.
    private int ReadMagnitude(ref BitReader reader, Span<byte> bins, ref int at, int magnitude)
    {
        while (Decoder.Decide(ref reader, ref bins[at]))
        {
            magnitude <<= 1;
            if (magnitude == 0x8000)
            {
                Decoder.Lose();
                return 0;
            }

            at++;
        }

        return magnitude;
    }

    // The bits below the top one, which share an estimate.
    private int ReadBits(ref BitReader reader, ref byte bin, int magnitude)
    {
        int value = magnitude;
        for (int bit = magnitude >> 1; bit > 0; bit >>= 1)
        {
            if (Decoder.Decide(ref reader, ref bin))
            {
                value |= bit;
            }
        }

        return value;
    }
}
