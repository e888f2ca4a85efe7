namespace Fovea.Simd.Conv;

/// <summary>The geometry of a two-dimensional convolution.</summary>
/// <remarks>
/// x: [Batch, InChannels, Height, Width]; w: [OutChannels, InChannels / Groups, KernelHeight, KernelWidth];
/// y: [Batch, OutChannels, OutHeight, OutWidth] with OutHeight = ⌊(Height + 2·PadHeight − DilationHeight·(KernelHeight − 1) − 1) / StrideHeight⌋ + 1.
/// </remarks>
/// <param name="Batch">Images, 0 or more.</param>
/// <param name="InChannels">Channels of the input, a multiple of <paramref name="Groups"/>.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="OutChannels">Channels of the output, a multiple of <paramref name="Groups"/>.</param>
/// <param name="KernelHeight">Rows of the kernel, at least 1.</param>
/// <param name="KernelWidth">Columns of the kernel, at least 1.</param>
/// <param name="StrideHeight">Rows from one output to the next, at least 1.</param>
/// <param name="StrideWidth">Columns from one output to the next, at least 1.</param>
/// <param name="PadHeight">Rows of zeros above and below, 0 or more.</param>
/// <param name="PadWidth">Columns of zeros left and right, 0 or more.</param>
/// <param name="DilationHeight">Rows from one tap to the next, at least 1.</param>
/// <param name="DilationWidth">Columns from one tap to the next, at least 1.</param>
/// <param name="Groups">Independent groups of channels; as many as channels make a depthwise convolution.</param>
public readonly record struct ConvShape(
    int Batch, int InChannels, int Height, int Width,
    int OutChannels, int KernelHeight, int KernelWidth,
    int StrideHeight, int StrideWidth, int PadHeight, int PadWidth, int DilationHeight, int DilationWidth, int Groups)
{
    /// <summary>Rows of the output.</summary>
    public int OutHeight => Positions(Height, KernelHeight, StrideHeight, PadHeight, DilationHeight);

    /// <summary>Columns of the output.</summary>
    public int OutWidth => Positions(Width, KernelWidth, StrideWidth, PadWidth, DilationWidth);

    /// <summary>Multiply-adds of one pass, those with padding included.</summary>
    public long MultiplyAdds =>
        Groups == 0 ? 0 : (long)Batch * OutChannels * OutHeight * OutWidth * (InChannels / Groups) * KernelHeight * KernelWidth;

    internal int GroupInputs => InChannels / Groups;

    internal int GroupOutputs => OutChannels / Groups;

    internal int Taps => KernelHeight * KernelWidth;

    internal long InputCount => (long)Batch * InChannels * Height * Width;

    internal long WeightCount => (long)OutChannels * GroupInputs * Taps;

    internal long OutputCount => (long)Batch * OutChannels * OutHeight * OutWidth;

    /// <summary>The kernel's rows that read more than padding somewhere, and its columns: the first and the one after the last.</summary>
    internal (int From, int To) LiveRows => Live(Height, OutHeight, KernelHeight, StrideHeight, PadHeight, DilationHeight);

    internal (int From, int To) LiveColumns => Live(Width, OutWidth, KernelWidth, StrideWidth, PadWidth, DilationWidth);

    /// <summary>Throws where no convolution has this geometry.</summary>
    internal void Validate()
    {
        if (Batch < 0 || InChannels < 0 || Height < 0 || Width < 0 || OutChannels < 0)
        {
            throw new ArgumentException($"convolution: sizes must be 0 or more, got {this}.");
        }

        if (KernelHeight < 1 || KernelWidth < 1 || StrideHeight < 1 || StrideWidth < 1 || DilationHeight < 1 || DilationWidth < 1 || Groups < 1)
        {
            throw new ArgumentException($"convolution: kernel, stride, dilation and groups must be 1 or more, got {this}.");
        }

        if (PadHeight < 0 || PadWidth < 0)
        {
            throw new ArgumentException($"convolution: padding must be 0 or more, got {PadHeight} and {PadWidth}.");
        }

        if (InChannels % Groups != 0 || OutChannels % Groups != 0)
        {
            throw new ArgumentException(
                $"convolution: {Groups} groups must divide the channels, got {InChannels} in and {OutChannels} out.");
        }

        if (OutHeight < 1 || OutWidth < 1)
        {
            throw new ArgumentException(
                $"convolution: the kernel spans {Span(KernelHeight, DilationHeight)} × {Span(KernelWidth, DilationWidth)}, more than the padded "
                + $"input of {Height + (2L * PadHeight)} × {Width + (2L * PadWidth)}; use a smaller kernel or dilation, or more padding.");
        }
    }

    // Tap u reads from u · dilation − pad on, to stride · (positions − 1) further.
    private static (int From, int To) Live(int size, int positions, int kernel, int stride, int pad, int dilation)
    {
        long from = Math.Max(0, (pad - ((positions - 1L) * stride) + dilation - 1) / dilation);
        long to = Math.Min(kernel, ((long)size + pad + dilation - 1) / dilation);
        return ((int)Math.Min(from, kernel), (int)Math.Max(Math.Min(from, kernel), to));
    }

    private static long Span(int kernel, int dilation) => ((long)dilation * (kernel - 1)) + 1;

    private static int Positions(int size, int kernel, int stride, int pad, int dilation)
    {
        long free = size + (2L * pad) - Span(kernel, dilation);
        return free < 0 || stride < 1 ? 0 : (int)((free / stride) + 1);
    }
}
