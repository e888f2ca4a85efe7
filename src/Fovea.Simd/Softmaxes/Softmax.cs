using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Reductions;

namespace Fovea.Simd.Softmaxes;

/// <summary>
/// Softmax and log-softmax along one axis of a contiguous tensor, seen as [outer, axis, inner]; inner is 1 for the last axis.
/// </summary>
/// <remarks>
/// The maximum is subtracted first, so nothing overflows. A row of nothing but −∞ (nothing may be attended) gives zeros, where
/// PyTorch gives NaN; a NaN or +∞ anywhere makes its row NaN, as in PyTorch.
/// </remarks>
public static unsafe class Softmax
{
    /// <summary><c>y[o, a, i] = e^(x[o, a, i] − m) / Σ_a e^(x[o, a, i] − m)</c> with m the maximum over a.</summary>
    /// <param name="outer">Product of the axes before.</param>
    /// <param name="axis">Length of the axis.</param>
    /// <param name="inner">Product of the axes after.</param>
    /// <param name="x">[outer, axis, inner].</param>
    /// <param name="y">As x; may be x itself.</param>
    public static void Forward<T>(int outer, int axis, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run("softmax", outer, axis, inner, x, x, y, SoftmaxKind.Forward);

    /// <summary><c>dx = y·(dy − Σ_a y·dy)</c>, from the output y of <see cref="Forward"/>.</summary>
    /// <param name="outer">Product of the axes before.</param>
    /// <param name="axis">Length of the axis.</param>
    /// <param name="inner">Product of the axes after.</param>
    /// <param name="y">[outer, axis, inner].</param>
    /// <param name="dy">As y.</param>
    /// <param name="dx">As y; may be dy itself.</param>
    public static void Backward<T>(int outer, int axis, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run("softmaxBackward", outer, axis, inner, y, dy, dx, SoftmaxKind.Backward);

    /// <summary><c>y[o, a, i] = x[o, a, i] − m − ln Σ_a e^(x[o, a, i] − m)</c> with m the maximum over a.</summary>
    /// <inheritdoc cref="Forward"/>
    public static void LogForward<T>(int outer, int axis, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run("logSoftmax", outer, axis, inner, x, x, y, SoftmaxKind.LogForward);

    /// <summary><c>dx = dy − e^y · Σ_a dy</c>, from the output y of <see cref="LogForward"/>.</summary>
    /// <inheritdoc cref="Backward"/>
    public static void LogBackward<T>(int outer, int axis, int inner, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run("logSoftmaxBackward", outer, axis, inner, y, dy, dx, SoftmaxKind.LogBackward);

    private static void Run<T>(string name, int outer, int axis, int inner, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> to, SoftmaxKind kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (outer < 0 || axis < 0 || inner < 0)
        {
            Guard.Fail(name, $"expected sizes of at least 0, got [{outer}, {axis}, {inner}]");
        }

        Guard.Length(name, "x [outer, axis, inner]", (long)outer * axis * inner, x.Length);
        Guard.Length(name, "dy", x.Length, dy.Length);
        Guard.Length(name, "y", x.Length, to.Length);
        if (to.IsEmpty)
        {
            return;
        }

        fixed (T* xAt = x, dyAt = dy, toAt = to)
        {
            if (inner == 1)
            {
                var rows = new SoftmaxRows<T>(axis, xAt, dyAt, toAt, kind);
                VectorLoop.For<SoftmaxRows<T>, T>(ref rows, outer, VectorLoop.Grain(4L * axis));
            }
            else
            {
                var columns = new SoftmaxColumns<T>(axis, inner, xAt, dyAt, toAt, kind);
                VectorLoop.For<SoftmaxColumns<T>, T>(
                    ref columns,
                    outer * Strips.Count(inner, SoftmaxColumns<T>.StripLength),
                    VectorLoop.Grain(4L * axis * Math.Min(inner, SoftmaxColumns<T>.StripLength)));
            }
        }
    }
}

/// <summary>The four passes, which share their loops.</summary>
internal enum SoftmaxKind
{
    Forward,
    Backward,
    LogForward,
    LogBackward,
}
