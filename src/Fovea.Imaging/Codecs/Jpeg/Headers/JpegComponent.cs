namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>One component (a colour plane) of the frame: what the header says of it, and its state while scans are read.</summary>
internal sealed class JpegComponent(int index, byte id, int horizontal, int vertical, int quantIndex)
{
    /// <summary>The place of the component in the frame, and the name that scans call it by.</summary>
    public readonly int Index = index;
    public readonly byte Id = id;

    /// <summary>Sampling factors, 1 to 4: blocks of this component in a minimum coded unit, across and down.</summary>
    public readonly int Horizontal = horizontal;
    public readonly int Vertical = vertical;

    public readonly int QuantIndex = quantIndex;

    /// <summary>Samples of this component in the picture, without padding.</summary>
    public int Width;
    public int Height;

    /// <summary>Blocks that hold those samples: what a scan of this component alone sends.</summary>
    public int BlocksWide;
    public int BlocksHigh;

    /// <summary>Blocks with the padding to whole coded units: what an interleaved scan sends.</summary>
    public int PaddedBlocksWide;
    public int PaddedBlocksHigh;

    /// <summary>
    /// The quantisation steps (see <see cref="Zigzag.Pack"/>), kept from the first scan that holds the component: a later table
    /// of the same number is for later components. Null until then.
    /// </summary>
    public int[]? Quant;

    /// <summary>The tables that the current scan names.</summary>
    public HuffmanTable? Dc;
    public HuffmanTable? Ac;

    /// <summary>The numbers of the current scan's tables, for arithmetic coding.</summary>
    public int DcTable;
    public int AcTable;

    /// <summary>The last DC value of the component in the current restart interval.</summary>
    public int Predictor;

    /// <summary>All coefficients, block after block, each block in zigzag order; only for files of several scans.</summary>
    public short[]? Coefficients;

    /// <summary>
    /// For each block which coefficients may differ from zero, bit k for place k. Refinement and output go from one such
    /// coefficient to the next, and most blocks hold few.
    /// </summary>
    public ulong[]? Present;

    /// <summary>How many low bits of each coefficient (in zigzag order) have not been sent; -1 where nothing was. Null for sequential files.</summary>
    public sbyte[]? MissingBits;

    public int BlockCount => PaddedBlocksWide * PaddedBlocksHigh;

    public StoredBlock Block(int row, int column)
    {
        int index = row * PaddedBlocksWide + column;
        return new StoredBlock(Coefficients.AsSpan(index * 64, 64), ref Present![index]);
    }
}
