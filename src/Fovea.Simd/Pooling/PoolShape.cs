using Fovea.Simd.Drivers;

namespace Fovea.Simd.Pooling;

/// <summary>
/// Sizes of a two-dimensional pooling over planes [planes, height, width] (planes = N·C), with the sizes of its output as PyTorch
/// computes them. One-dimensional pooling has height 1.
/// </summary>
public readonly record struct PoolShape
{
    /// <summary>Number of planes, N·C.</summary>
    public int Planes { get; private init; }

    /// <summary>Height of the input.</summary>
    public int Height { get; private init; }

    /// <summary>Width of the input.</summary>
    public int Width { get; private init; }

    /// <summary>Height of the window.</summary>
    public int KernelHeight { get; private init; }

    /// <summary>Width of the window.</summary>
    public int KernelWidth { get; private init; }

    /// <summary>Vertical step.</summary>
    public int StrideHeight { get; private init; }

    /// <summary>Horizontal step.</summary>
    public int StrideWidth { get; private init; }

    /// <summary>Rows of padding above and below.</summary>
    public int PadHeight { get; private init; }

    /// <summary>Columns of padding left and right.</summary>
    public int PadWidth { get; private init; }

    /// <summary>Vertical spacing of the window's rows.</summary>
    public int DilationHeight { get; private init; }

    /// <summary>Horizontal spacing of the window's columns.</summary>
    public int DilationWidth { get; private init; }

    /// <summary>Height of the output.</summary>
    public int OutHeight { get; private init; }

    /// <summary>Width of the output.</summary>
    public int OutWidth { get; private init; }

    /// <summary>Numbers in the input.</summary>
    public long InputLength => (long)Planes * Height * Width;

    /// <summary>Numbers in the output.</summary>
    public long OutputLength => (long)Planes * OutHeight * OutWidth;

    /// <summary>
    /// <c>out = ⌊(in + 2·pad − dilation·(kernel − 1) − 1) / stride⌋ + 1</c>, rounded up instead with <paramref name="ceilMode"/>, but
    /// then without a last window that would start in the padding on the far side.
    /// </summary>
    /// <param name="planes">N·C.</param>
    /// <param name="height">Height of the input, at least 1.</param>
    /// <param name="width">Width of the input, at least 1.</param>
    /// <param name="kernel">Height and width of the window, at least 1.</param>
    /// <param name="stride">Vertical and horizontal step, at least 1.</param>
    /// <param name="pad">Rows and columns of padding on each side, at most half of the kernel.</param>
    /// <param name="dilation">Spacing within the window, at least 1; average pooling has none.</param>
    /// <param name="ceilMode">Whether a last, partly covered window counts.</param>
    /// <exception cref="ArgumentException">A size is out of range, or the window is larger than the padded input.</exception>
    public static PoolShape Create(
        int planes,
        int height,
        int width,
        (int Height, int Width) kernel,
        (int Height, int Width) stride,
        (int Height, int Width) pad = default,
        (int Height, int Width)? dilation = null,
        bool ceilMode = false)
    {
        (int Height, int Width) spacing = dilation ?? (1, 1);
        if (planes < 0)
        {
            Guard.Fail("pool", $"expected at least 0 planes, got {planes}");
        }

        return new PoolShape
        {
            Planes = planes,
            Height = height,
            Width = width,
            KernelHeight = kernel.Height,
            KernelWidth = kernel.Width,
            StrideHeight = stride.Height,
            StrideWidth = stride.Width,
            PadHeight = pad.Height,
            PadWidth = pad.Width,
            DilationHeight = spacing.Height,
            DilationWidth = spacing.Width,
            OutHeight = Out("height", height, kernel.Height, stride.Height, pad.Height, spacing.Height, ceilMode),
            OutWidth = Out("width", width, kernel.Width, stride.Width, pad.Width, spacing.Width, ceilMode),
        };
    }

    private static int Out(string side, int length, int kernel, int stride, int pad, int dilation, bool ceilMode)
    {
        if (length < 1 || kernel < 1 || stride < 1 || dilation < 1 || pad < 0 || pad > kernel / 2)
        {
            Guard.Fail(
                "pool",
                $"expected {side}, kernel, stride and dilation of at least 1 and padding of at most half the kernel, "
                + $"got {side} {length}, kernel {kernel}, stride {stride}, dilation {dilation}, padding {pad}");
        }

        long room = length + (2L * pad) - (((long)dilation * (kernel - 1)) + 1);
        if (room < 0)
        {
            Guard.Fail("pool", $"the window ({kernel}, dilation {dilation}) is larger than the {side} {length} with padding {pad}");
        }

        long steps = ceilMode ? (room + stride - 1) / stride : room / stride;
        return (int)(steps * stride >= length + pad ? steps : steps + 1);
    }
}
