using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Broadcasting;

/// <summary>
/// Element-wise functions of two tensors whose shapes broadcast as NumPy's do: an axis that one operand lacks, or has with length 1,
/// has stride 0 there.
/// </summary>
public static unsafe partial class Broadcast
{
    /// <summary><c>y[i…] = op(a[i…], b[i…])</c>.</summary>
    /// <remarks>
    /// Axes are merged first; then the innermost runs over whole registers when each operand's stride there is 1 or 0, as for
    /// [N, C, H, W] with [N, C, 1, 1], [N, 1, H, W], [1, C, 1, 1] or a last axis [C]. Other strides are read one by one.
    /// </remarks>
    /// <param name="outShape">Shape of y; at most 8 axes.</param>
    /// <param name="a">First operand.</param>
    /// <param name="stridesA">For each axis, how far the next number lies in <paramref name="a"/>; 0 = broadcast.</param>
    /// <param name="b">Second operand.</param>
    /// <param name="stridesB">For each axis, how far the next number lies in <paramref name="b"/>; 0 = broadcast.</param>
    /// <param name="y">The result, contiguous; may be an operand of the same shape.</param>
    /// <param name="op">The function.</param>
    /// <exception cref="ArgumentException">The strides and lengths do not fit together.</exception>
    public static void Run<TOp, T>(
        ReadOnlySpan<int> outShape,
        ReadOnlySpan<T> a,
        ReadOnlySpan<int> stridesA,
        ReadOnlySpan<T> b,
        ReadOnlySpan<int> stridesB,
        Span<T> y,
        TOp op)
        where TOp : unmanaged, IBinary
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Axes axes = Axes.Merge("broadcast", outShape, stridesA, stridesB);
        Guard.Length("broadcast", "y", axes.Count, y.Length);
        if (y.IsEmpty)
        {
            return;
        }

        axes.Reach("broadcast", a.Length, b.Length);
        fixed (T* aAt = a, bAt = b, yAt = y)
        {
            var body = new BroadcastBody<TOp, T>(axes, aAt, bAt, yAt, op);
            VectorLoop.For<BroadcastBody<TOp, T>, T>(ref body, body.Pieces);
        }
    }

    /// <summary>
    /// The strides that make a contiguous tensor of shape <paramref name="shape"/> broadcast to <paramref name="outShape"/>: aligned
    /// at the last axis, 0 where the length is 1 or the axis is missing.
    /// </summary>
    /// <exception cref="ArgumentException">A length is neither 1 nor that of the result.</exception>
    public static void Strides(ReadOnlySpan<int> shape, ReadOnlySpan<int> outShape, Span<int> strides)
    {
        if (shape.Length > outShape.Length || strides.Length != outShape.Length)
        {
            Guard.Fail("broadcast", $"a tensor of {shape.Length} axes does not broadcast to {outShape.Length} axes");
        }

        int step = 1;
        int missing = outShape.Length - shape.Length;
        strides[..missing].Clear();
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] != 1 && shape[i] != outShape[missing + i])
            {
                Guard.Fail(
                    "broadcast",
                    $"[{string.Join(", ", shape.ToArray())}] does not broadcast to [{string.Join(", ", outShape.ToArray())}]: "
                    + $"{shape[i]} against {outShape[missing + i]}; lengths must be equal or 1");
            }

            strides[missing + i] = shape[i] == 1 ? 0 : step;
            step *= shape[i];
        }
    }
}
