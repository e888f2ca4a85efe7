using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Reductions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Optim;

/// <summary>What training does to parameters and gradients beside the step itself.</summary>
public static unsafe class ParameterMath
{
    /// <summary>Exponential moving average: <c>average ← average + (1 − decay)·(value − average)</c>.</summary>
    /// <param name="average">Updated.</param>
    /// <param name="value">The new value.</param>
    /// <param name="decay">How much of the average stays, 0 to 1.</param>
    public static void MovingAverage<T>(Span<T> average, ReadOnlySpan<T> value, double decay)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Zip.Run(average, value, average, new Towards(1 - decay));

    /// <summary><c>Σ x²</c>, in double; the same bits for any number of threads.</summary>
    public static double SquaredNorm<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* at = x)
        {
            return RowSums.Total<Squares<T>, T>(x.Length, new Squares<T>(at));
        }
    }

    /// <summary><c>x ← factor·x</c>.</summary>
    public static void Scale<T>(Span<T> x, double factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Map.Run(x, x, new Scale(factor));

    /// <summary>Whether no number is infinite or NaN.</summary>
    public static bool AllFinite<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int spoiled = 0;
        fixed (T* at = x)
        {
            var body = new FiniteBody<T>(at, x.Length, &spoiled);
            VectorLoop.For<FiniteBody<T>, T>(ref body, VectorLoop.Pieces(x.Length));
        }

        return spoiled == 0;
    }

    private readonly struct Towards(double share) : IBinary
    {
        private readonly Constant _share = new(share);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Apply<V, T>(V x, V y)
            where V : struct, IVector<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.MultiplyAdd(_share.Of<V, T>(), y - x, x);
    }

    // x − x is 0 for a finite number and NaN otherwise. The flag only ever goes from 0 to 1, whoever sets it.
    private readonly struct FiniteBody<T>(T* x, int length, int* spoiled) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int start = from * VectorLoop.PieceLength;
            int end = (int)Math.Min((long)to * VectorLoop.PieceLength, length);
            V s0 = V.Zero, s1 = V.Zero;
            int i = start;
            for (; i <= end - (2 * V.Width); i += 2 * V.Width)
            {
                V a = V.Load(x + i), b = V.Load(x + i + V.Width);
                s0 += a - a;
                s1 += b - b;
            }

            for (; i < end; i += V.Width)
            {
                V a = V.LoadPartial(x + i, Math.Min(V.Width, end - i));
                s0 += a - a;
            }

            if (T.IsNaN(V.Sum(s0 + s1)))
            {
                Volatile.Write(ref *spoiled, 1);
            }
        }
    }
}
