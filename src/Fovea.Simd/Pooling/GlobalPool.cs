using System.Numerics;
using Fovea.Simd.Broadcasting;
using Fovea.Simd.Functions;
using Fovea.Simd.Reductions;

namespace Fovea.Simd.Pooling;

/// <summary>Pooling of whole planes to one number each: [planes, size] → [planes].</summary>
public static class GlobalPool
{
    /// <summary><c>y[p] = Σ_i x[p, i] / size</c>.</summary>
    public static void Average<T>(int planes, int size, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Reduction.Mean(planes, size, 1, x, y);

    /// <summary><c>dx[p, i] = dy[p] / size</c>.</summary>
    public static void AverageBackward<T>(int planes, int size, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> factor = [T.One / T.CreateTruncating(Math.Max(1, size))];
        Broadcast.Run([planes, size], dy, [1, 0], factor, [0, 0], dx, default(Multiply));
    }

    /// <summary><c>y[p] = max_i x[p, i]</c> and the first place that reaches it; NaN wins.</summary>
    public static void Max<T>(int planes, int size, ReadOnlySpan<T> x, Span<T> y, Span<int> index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (index.IsEmpty)
        {
            Reduction.Max(planes, size, 1, x, y);
        }
        else
        {
            Reduction.Max(planes, size, 1, x, y, index);
        }
    }

    /// <summary><c>dx[p, index[p]] = dy[p]</c> and 0 elsewhere.</summary>
    public static void MaxBackward<T>(int planes, int size, ReadOnlySpan<T> dy, ReadOnlySpan<int> index, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Reduction.ExtremeBackward(planes, size, 1, dy, index, dx);
}
