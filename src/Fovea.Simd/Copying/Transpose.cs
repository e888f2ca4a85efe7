using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Copying;

/// <summary>Copies of a contiguous tensor with its axes in another order.</summary>
public static class Transpose
{
    /// <summary>Axis i of y is axis <c>permutation[i]</c> of x.</summary>
    /// <param name="shape">Shape of x; at most 8 axes.</param>
    /// <param name="permutation">Every axis once.</param>
    /// <param name="x">The source, contiguous.</param>
    /// <param name="y">The target, contiguous, another memory.</param>
    /// <exception cref="ArgumentException">The permutation is none, or a length does not fit.</exception>
    public static void Permute<T>(ReadOnlySpan<int> shape, ReadOnlySpan<int> permutation, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged
    {
        int rank = shape.Length;
        if (rank > Axes.MaxRank || permutation.Length != rank)
        {
            Guard.Fail("permute", $"expected at most {Axes.MaxRank} axes and a permutation of all, got {rank} and {permutation.Length}");
        }

        Span<int> stridesX = stackalloc int[rank];
        Span<int> outShape = stackalloc int[rank];
        Span<int> ownX = stackalloc int[rank];
        Span<int> stridesY = stackalloc int[rank];
        long count = Contiguous(shape, ownX);
        Guard.Length("permute", "x", count, x.Length);
        Guard.Length("permute", "y", count, y.Length);
        int seen = 0;
        for (int i = 0; i < rank; i++)
        {
            int axis = permutation[i];
            if ((uint)axis >= (uint)rank || (seen & (1 << axis)) != 0)
            {
                Guard.Fail("permute", $"expected every axis from 0 to {rank - 1} once, got [{string.Join(", ", permutation.ToArray())}]");
            }

            seen |= 1 << axis;
            outShape[i] = shape[axis];
            stridesX[i] = ownX[axis];
        }

        Contiguous(outShape, stridesY);
        StridedCopy.Run(outShape, x, stridesX, y, stridesY);
    }

    private static long Contiguous(ReadOnlySpan<int> shape, Span<int> strides)
    {
        long step = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = (int)Math.Min(step, int.MaxValue);
            step *= shape[i];
        }

        return step;
    }
}
