using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Broadcasting;

/// <summary>
/// A shape with the strides of two operands, axes merged as far as both allow: [8, 64, 56, 56] against [8, 64, 1, 1] becomes [512, 3136]
/// with strides (3136, 1) and (1, 0). Axes of length 1 go; there is always at least one axis left.
/// </summary>
internal unsafe struct Axes
{
    public const int MaxRank = 8;

    public int Rank;
    public fixed int Length[MaxRank];
    public fixed int StrideA[MaxRank];
    public fixed int StrideB[MaxRank];

    public static Axes Merge(string kernel, ReadOnlySpan<int> shape, ReadOnlySpan<int> stridesA, ReadOnlySpan<int> stridesB)
    {
        if (shape.Length > MaxRank || stridesA.Length != shape.Length || stridesB.Length != shape.Length)
        {
            Guard.Fail(kernel, $"expected at most {MaxRank} axes and as many strides, got {shape.Length}, {stridesA.Length} and {stridesB.Length}");
        }

        Axes axes = default;
        for (int i = 0; i < shape.Length; i++)
        {
            if (shape[i] < 0 || stridesA[i] < 0 || stridesB[i] < 0)
            {
                Guard.Fail(kernel, $"expected a length and strides of at least 0 for axis {i}, got {shape[i]}, {stridesA[i]}, {stridesB[i]}");
            }

            if (shape[i] == 1)
            {
                continue;
            }

            int last = axes.Rank - 1;
            if (last >= 0 && axes.StrideA[last] == (long)stridesA[i] * shape[i] && axes.StrideB[last] == (long)stridesB[i] * shape[i])
            {
                axes.Length[last] *= shape[i];
                axes.StrideA[last] = stridesA[i];
                axes.StrideB[last] = stridesB[i];
                continue;
            }

            axes.Length[axes.Rank] = shape[i];
            axes.StrideA[axes.Rank] = stridesA[i];
            axes.StrideB[axes.Rank] = stridesB[i];
            axes.Rank++;
        }

        if (axes.Rank == 0)
        {
            axes.Length[0] = 1;
            axes.Rank = 1;
        }

        return axes;
    }

    /// <summary>Product of the lengths.</summary>
    public readonly long Count
    {
        get
        {
            long count = 1;
            for (int i = 0; i < Rank; i++)
            {
                count *= Length[i];
            }

            return count;
        }
    }

    /// <summary>Length of the innermost axis.</summary>
    public readonly int Inner => Length[Rank - 1];

    /// <summary>Checks that the operands hold the last number that the strides lead to.</summary>
    public readonly void Reach(string kernel, int lengthA, int lengthB)
    {
        long lastA = 0;
        long lastB = 0;
        for (int i = 0; i < Rank; i++)
        {
            lastA += (long)(Length[i] - 1) * StrideA[i];
            lastB += (long)(Length[i] - 1) * StrideB[i];
        }

        if (lastA >= lengthA || lastB >= lengthB)
        {
            Guard.Fail(kernel, $"the strides lead to numbers {lastA} and {lastB}, but the operands hold {lengthA} and {lengthB}");
        }
    }

    /// <summary>Where row <paramref name="row"/> (of all axes but the innermost) starts in the two operands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Row(int row, out nint a, out nint b)
    {
        a = 0;
        b = 0;
        for (int axis = Rank - 2; axis >= 0; axis--)
        {
            (row, int at) = Math.DivRem(row, Length[axis]);
            a += (nint)at * StrideA[axis];
            b += (nint)at * StrideB[axis];
        }
    }
}
