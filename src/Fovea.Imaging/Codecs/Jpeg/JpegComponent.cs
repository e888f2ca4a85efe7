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
    /// The quantisation steps, kept from the first scan that holds the component: a later table of the same number is for
    /// later components. Null until then.
    /// </summary>
    public QuantTable? Quant;

    /// <summary>The tables that the current scan names.</summary>
    public HuffmanTable? Dc;
    public HuffmanTable? Ac;

    /// <summary>The last DC value of the component in the current restart interval.</summary>
    public int Predictor;

    /// <summary>All coefficients, block after block; only for files of several scans.</summary>
    public short[]? Coefficients;

    /// <summary>How many low bits of each coefficient (in zigzag order) have not been sent; -1 where nothing was. Null for sequential files.</summary>
    public sbyte[]? MissingBits;

    public int BlockCount => PaddedBlocksWide * PaddedBlocksHigh;

    public Span<short> Block(int row, int column) => Coefficients.AsSpan((row * PaddedBlocksWide + column) * 64, 64);
}
