using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Reductions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Softmaxes;

/// <summary>Softmax of rows: each row is looked at two or three times while it is in the cache.</summary>
internal readonly unsafe struct SoftmaxRows<T>(int length, T* x, T* dy, T* to, SoftmaxKind kind) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<V>(int from, int to1)
        where V : struct, IVector<V, T>
    {
        switch (kind)
        {
            case SoftmaxKind.Forward:
                Forward<V>(from, to1);
                break;
            case SoftmaxKind.Backward:
                Backward<V>(from, to1);
                break;
            case SoftmaxKind.LogForward:
                LogForward<V>(from, to1);
                break;
            default:
                LogBackward<V>(from, to1);
                break;
        }
    }

    /// <summary>The largest number of a row; NaN wins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Max<V>(T* row, int length)
        where V : struct, IVector<V, T>
    {
        V m0 = V.Broadcast(row[0]), m1 = m0;
        int i = 0;
        for (; i <= length - (2 * V.Width); i += 2 * V.Width)
        {
            m0 = V.Max(m0, V.Load(row + i));
            m1 = V.Max(m1, V.Load(row + i + V.Width));
        }

        for (; i < length; i += V.Width)
        {
            int n = Math.Min(V.Width, length - i);
            m0 = V.Max(m0, V.Select(V.FirstLanes(n), V.LoadPartial(row + i, n), m0));
        }

        return V.MaxAcross(V.Max(m0, m1));
    }

    /// <summary>
    /// <c>Σ e^(x − shift)</c>, and the exponentials themselves if <paramref name="to"/> is given. Blocks of 64 registers are summed in
    /// T, above that in double. Each exponential is 0 or so large that it is normal when divided by the sum, which is at most the length.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Exponentials<V>(T* row, T* to, int length, T shift)
        where V : struct, IVector<V, T>
    {
        V m = V.Broadcast(shift);
        V least = Denormals.Least<V, T>(T.CreateTruncating(length));
        double sum = 0;
        for (int start = 0; start < length; start += 64 * V.Width)
        {
            V s = V.Zero;
            int end = Math.Min(length, start + (64 * V.Width));
            for (int i = start; i < end; i += V.Width)
            {
                int n = Math.Min(V.Width, end - i);
                V e = Exp.AtLeast<V, T>(V.LoadPartial(row + i, n) - m, least) & V.FirstLanes(n);
                s += e;
                if (to is not null)
                {
                    e.StorePartial(to + i, n);
                }
            }

            sum += double.CreateTruncating(V.Sum(s));
        }

        return sum;
    }

    /// <summary>What to subtract: the maximum, but 0 for a row of −∞, whose exponentials are then 0 and not NaN.</summary>
    internal static T Shift(T max) => T.IsNegativeInfinity(max) ? T.Zero : max;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Forward<V>(int from, int end)
        where V : struct, IVector<V, T>
    {
        for (int r = from; r < end; r++)
        {
            T* row = x + ((nint)r * length);
            T* y = to + ((nint)r * length);
            double sum = Exponentials<V>(row, y, length, Shift(Max<V>(row, length)));
            V scale = V.Broadcast(T.CreateTruncating(sum == 0 ? 0 : 1 / sum));
            for (int i = 0; i < length; i += V.Width)
            {
                int n = Math.Min(V.Width, length - i);
                (V.LoadPartial(y + i, n) * scale).StorePartial(y + i, n);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Backward<V>(int from, int end)
        where V : struct, IVector<V, T>
    {
        for (int r = from; r < end; r++)
        {
            T* y = x + ((nint)r * length);
            T* g = dy + ((nint)r * length);
            T* dx = to + ((nint)r * length);
            V dot = V.Broadcast(T.CreateTruncating(RowSums.Sum<V, Products<T>, T>(new(y, g), 0, length)));
            V least = Denormals.Negligible<V, T>();
            for (int i = 0; i < length; i += V.Width)
            {
                int n = Math.Min(V.Width, length - i);
                V weight = V.LoadPartial(y + i, n);
                weight &= V.GreaterThan(weight, least);
                (weight * (V.LoadPartial(g + i, n) - dot)).StorePartial(dx + i, n);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void LogForward<V>(int from, int end)
        where V : struct, IVector<V, T>
    {
        for (int r = from; r < end; r++)
        {
            T* row = x + ((nint)r * length);
            T* y = to + ((nint)r * length);
            T shift = Shift(Max<V>(row, length));
            V m = V.Broadcast(shift);
            V log = V.Broadcast(T.CreateTruncating(Math.Log(Exponentials<V>(row, null, length, shift))));
            for (int i = 0; i < length; i += V.Width)
            {
                int n = Math.Min(V.Width, length - i);
                (V.LoadPartial(row + i, n) - m - log).StorePartial(y + i, n);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void LogBackward<V>(int from, int end)
        where V : struct, IVector<V, T>
    {
        for (int r = from; r < end; r++)
        {
            T* y = x + ((nint)r * length);
            T* g = dy + ((nint)r * length);
            T* dx = to + ((nint)r * length);
            V sum = V.Broadcast(T.CreateTruncating(RowSums.Sum<V, Plain<T>, T>(new(g), 0, length)));
            for (int i = 0; i < length; i += V.Width)
            {
                int n = Math.Min(V.Width, length - i);
                V weight = Exp.AtLeast<V, T>(V.LoadPartial(y + i, n), Denormals.Negligible<V, T>());
                (V.LoadPartial(g + i, n) - (weight * sum)).StorePartial(dx + i, n);
            }
        }
    }
}
