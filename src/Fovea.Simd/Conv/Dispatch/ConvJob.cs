using Fovea.Simd.Conv.ChannelsLast;

namespace Fovea.Simd.Conv;

/// <summary>One place of the kernel: how far its input lies from stride · output, and where its weight lies in the kernel.</summary>
internal struct KernelTap
{
    public int Row;
    public int Column;
    public int Weight;
}

/// <summary>
/// A correlation of planes with a list of taps, to which every pass over the positions comes down:
/// <c>y[n, m, i, j] = Σ x[n, c, strideH · i + row(t), strideW · j + column(t)] · w[m, c, t]</c>, zero outside of x.
/// </summary>
/// <remarks>
/// The forward pass is one job. The gradient of the input is one job per residue of the input's position modulo the stride, each with
/// stride 1 and the taps that reach that residue.
/// </remarks>
internal unsafe struct ConvJob
{
    public int Batch;
    public int Groups;

    /// <summary>Channels read per group.</summary>
    public int Inputs;
    public int Height;
    public int Width;

    /// <summary>Channels written per group.</summary>
    public int Outputs;
    public int OutHeight;
    public int OutWidth;
    public int StrideHeight;
    public int StrideWidth;

    /// <summary>How many taps <see cref="Taps"/> points to.</summary>
    public int TapCount;
    public KernelTap* Taps;

    /// <summary>Taps of the kernel, also those that are not among <see cref="Taps"/>.</summary>
    public int KernelTaps;

    /// <summary>Where weight (m, c, t) lies in a group: <c>m · WeightOutput + c · WeightInput + taps[t].Weight</c>.</summary>
    public nint WeightOutput;
    public nint WeightInput;

    public readonly int Positions => OutHeight * OutWidth;

    /// <summary>The first and the last row and column of the taps, of which there is at least one.</summary>
    public readonly (int Top, int Left, int Bottom, int Right) Reach
    {
        get
        {
            (int top, int left, int bottom, int right) = (Taps[0].Row, Taps[0].Column, Taps[0].Row, Taps[0].Column);
            for (int t = 1; t < TapCount; t++)
            {
                (top, bottom) = (Math.Min(top, Taps[t].Row), Math.Max(bottom, Taps[t].Row));
                (left, right) = (Math.Min(left, Taps[t].Column), Math.Max(right, Taps[t].Column));
            }

            return (top, left, bottom, right);
        }
    }

    /// <summary>Whether taps leave out more between them than they read: a window of all of it would hold what no output needs.</summary>
    public readonly bool IsSpread
    {
        get
        {
            (int top, int left, int bottom, int right) = Reach;
            return (bottom - top + 1L) * (right - left + 1L) > 2L * TapCount;
        }
    }

    /// <summary>A plane of the input can be read as one long row: a 1 × 1 kernel that skips and pads nothing.</summary>
    public readonly bool IsFlat =>
        TapCount == 1 && StrideHeight == 1 && StrideWidth == 1 && Taps[0].Row == 0 && Taps[0].Column == 0 && OutHeight == Height && OutWidth == Width;

    /// <summary>Numbers from one input image to the next.</summary>
    public readonly nint InputImage => PatchWidth > 0 ? PatchImage : (nint)Inputs * Groups * Height * Width;

    /// <summary>Numbers from one output image to the next.</summary>
    public readonly nint OutputImage => (nint)Outputs * (Alone ? 1 : Groups) * Positions;

    /// <summary>Whether the output holds the channels of one group only.</summary>
    public bool Alone;

    /// <summary>
    /// The size of the patches that the input is cut into, or 0: each number of a patch is then an input channel, and the map one of
    /// patches.
    /// </summary>
    public int PatchHeight;
    public int PatchWidth;

    /// <summary>With patches: numbers of a row, a plane and an image of the input.</summary>
    public nint PatchLine;
    public nint PatchPlane;
    public nint PatchImage;

    /// <summary>The forward pass; <paramref name="taps"/> has room for every tap.</summary>
    public static ConvJob Forward(in ConvShape s, KernelTap* taps)
    {
        for (int t = 0; t < s.Taps; t++)
        {
            (int u, int v) = Math.DivRem(t, s.KernelWidth);
            taps[t] = new() { Row = (u * s.DilationHeight) - s.PadHeight, Column = (v * s.DilationWidth) - s.PadWidth, Weight = t };
        }

        return new()
        {
            Batch = s.Batch,
            Groups = s.Groups,
            Inputs = s.GroupInputs,
            Height = s.Height,
            Width = s.Width,
            Outputs = s.GroupOutputs,
            OutHeight = s.OutHeight,
            OutWidth = s.OutWidth,
            StrideHeight = s.StrideHeight,
            StrideWidth = s.StrideWidth,
            TapCount = s.Taps,
            KernelTaps = s.Taps,
            Taps = taps,
            WeightOutput = (nint)s.GroupInputs * s.Taps,
            WeightInput = s.Taps,
        };
    }

    /// <summary>
    /// Leaves out the taps that read nothing but padding, as most do where a kernel is spread wider than the map. First layers keep theirs: their
    /// kernels are read as a grid.
    /// </summary>
    public void Trim(in ConvShape s)
    {
        if (IsImage(s))
        {
            return;
        }

        (int firstRow, int endRow) = s.LiveRows;
        (int firstColumn, int endColumn) = s.LiveColumns;
        int live = 0;
        for (int t = 0; t < TapCount; t++)
        {
            (int u, int v) = Math.DivRem(Taps[t].Weight, s.KernelWidth);
            if (u >= firstRow && u < endRow && v >= firstColumn && v < endColumn)
            {
                Taps[live++] = Taps[t];
            }
        }

        TapCount = live;
    }

    /// <summary>Whether a convolution cuts its input into patches that neither overlap nor leave anything out between them.</summary>
    public static bool IsPatches(in ConvShape s) =>
        s.Groups == 1 && s.Taps > 1 && s.StrideHeight == s.KernelHeight && s.StrideWidth == s.KernelWidth && s.PadHeight == 0 && s.PadWidth == 0
        && s.DilationHeight == 1 && s.DilationWidth == 1;

    /// <summary>Whether a forward pass with output channels in the lanes reads the planes unpacked: see <see cref="ImagePlan"/>.</summary>
    public static bool IsImage(in ConvShape s) =>
        s.GroupInputs is > 0 and <= ImagePlan.MostInputs && s.StrideWidth <= 2 && (s.DilationWidth == 1 || s.KernelWidth == 1);

    /// <summary>The forward pass of a convolution of patches, as a kernel of one tap over them.</summary>
    public static ConvJob Patches(in ConvShape s, KernelTap* tap)
    {
        *tap = default;
        return new()
        {
            Batch = s.Batch,
            Groups = 1,
            Inputs = s.InChannels * s.Taps,
            Height = s.OutHeight,
            Width = s.OutWidth,
            Outputs = s.OutChannels,
            OutHeight = s.OutHeight,
            OutWidth = s.OutWidth,
            StrideHeight = 1,
            StrideWidth = 1,
            TapCount = 1,
            KernelTaps = 1,
            Taps = tap,
            WeightOutput = (nint)s.InChannels * s.Taps,
            WeightInput = 1,
            PatchHeight = s.KernelHeight,
            PatchWidth = s.KernelWidth,
            PatchLine = s.Width,
            PatchPlane = (nint)s.Height * s.Width,
            PatchImage = (nint)s.InChannels * s.Height * s.Width,
        };
    }

    /// <summary>
    /// The part of the input's gradient at rows <c>strideH · i + rowPhase</c> and columns <c>strideW · j + columnPhase</c>. A job
    /// without taps means that this part is zero.
    /// </summary>
    /// <remarks>
    /// All parts of one shape have the same size, that of the largest; in the smaller ones the last row or column lies outside of the
    /// input and is computed for nothing.
    /// </remarks>
    public static ConvJob BackwardInput(in ConvShape s, int rowPhase, int columnPhase, KernelTap* taps)
    {
        int count = 0;
        for (int t = 0; t < s.Taps; t++)
        {
            // x at position p feeds y at (p + pad − tap · dilation) / stride, where that is whole.
            int row = rowPhase + s.PadHeight - (t / s.KernelWidth * s.DilationHeight);
            int column = columnPhase + s.PadWidth - (t % s.KernelWidth * s.DilationWidth);
            if (row % s.StrideHeight == 0 && column % s.StrideWidth == 0)
            {
                taps[count++] = new() { Row = row / s.StrideHeight, Column = column / s.StrideWidth, Weight = t };
            }
        }

        return new()
        {
            Batch = s.Batch,
            Groups = s.Groups,
            Inputs = s.GroupOutputs,
            Height = s.OutHeight,
            Width = s.OutWidth,
            Outputs = s.GroupInputs,
            OutHeight = (s.Height + s.StrideHeight - 1) / s.StrideHeight,
            OutWidth = (s.Width + s.StrideWidth - 1) / s.StrideWidth,
            StrideHeight = 1,
            StrideWidth = 1,
            TapCount = count,
            KernelTaps = s.Taps,
            Taps = taps,
            WeightOutput = s.Taps,
            WeightInput = (nint)s.GroupInputs * s.Taps,
            Alone = s.StrideHeight > 1 || s.StrideWidth > 1,
        };
    }
}
