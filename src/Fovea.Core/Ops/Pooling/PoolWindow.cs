using Fovea.Simd.Pooling;

namespace Fovea;

/// <summary>The window of a two-dimensional pooling, and what it refuses.</summary>
/// <param name="Kernel">Rows and columns of the window.</param>
/// <param name="Stride">Steps from one output to the next.</param>
/// <param name="Padding">Rows and columns on each side.</param>
/// <param name="Dilation">Steps from one row or column of the window to the next.</param>
/// <param name="CeilMode">Whether a last, partly covered window counts.</param>
internal sealed record PoolWindow(Size2 Kernel, Size2 Stride, Size2 Padding, Size2 Dilation, bool CeilMode)
{
    /// <summary>Checks what a user gave; the stride defaults to the kernel.</summary>
    public static PoolWindow Of(string operation, Size2 kernel, Size2? stride, Size2 padding, Size2? dilation, bool ceilMode)
    {
        Size2.AtLeast(1, kernel, operation, "kernel");
        Size2.AtLeast(0, padding, operation, "padding");
        if (padding.Height > kernel.Height / 2 || padding.Width > kernel.Width / 2)
        {
            throw new OptionException(operation, $"expected a padding of at most half the kernel {kernel}, got {padding}.");
        }

        return new PoolWindow(
            kernel, Size2.AtLeast(1, stride ?? kernel, operation, "stride"), padding,
            Size2.AtLeast(1, dilation ?? 1, operation, "dilation"), ceilMode);
    }

    /// <summary>The output of planes [N, C, H, W].</summary>
    public Shape Infer(string operation, Shape x)
    {
        if (x.Rank != 4 || x[2] < 1 || x[3] < 1)
        {
            throw new ShapeException(operation, "[N, C, H, W] with at least one row and column", x.ToString());
        }

        long rows = ((long)Dilation.Height * (Kernel.Height - 1)) + 1;
        long columns = ((long)Dilation.Width * (Kernel.Width - 1)) + 1;
        if (x[2] + (2L * Padding.Height) < rows || x[3] + (2L * Padding.Width) < columns)
        {
            throw new ShapeException(operation, $"maps that a window of {rows} × {columns} fits into with padding {Padding}", x.ToString(),
                "use a smaller kernel, or an adaptive or global pooling");
        }

        PoolShape shape = Geometry(x);
        return [x[0], x[1], shape.OutHeight, shape.OutWidth];
    }

    public PoolShape Geometry(Shape x) => PoolShape.Create(
        x[0] * x[1], x[2], x[3], (Kernel.Height, Kernel.Width), (Stride.Height, Stride.Width), (Padding.Height, Padding.Width),
        (Dilation.Height, Dilation.Width), CeilMode);
}
