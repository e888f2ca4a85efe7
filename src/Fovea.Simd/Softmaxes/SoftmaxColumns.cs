using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Reductions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Softmaxes;

/// <summary>
/// Softmax down the middle axis. A strip of columns is gone through row by row, so that memory is read in its own order; the columns'
/// maxima and sums stay in the first-level cache.
/// </summary>
internal readonly unsafe struct SoftmaxColumns<T>(int axis, int inner, T* x, T* dy, T* to, SoftmaxKind kind) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public const int StripLength = 256;

    public void Run<V>(int from, int end)
        where V : struct, IVector<V, T>
    {
        int strips = Strips.Count(inner, StripLength);
        int width = Strips.Length(inner, StripLength);
        for (int piece = from; piece < end; piece++)
        {
            (int o, int strip) = Math.DivRem(piece, strips);
            int column = strip * width;
            nint at = ((nint)o * axis * inner) + column;
            int columns = Math.Min(width, inner - column);
            if (kind is SoftmaxKind.Forward or SoftmaxKind.LogForward)
            {
                Forward<V>(at, columns);
            }
            else
            {
                Backward<V>(at, columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private void Forward<V>(nint at, int columns)
        where V : struct, IVector<V, T>
    {
        T* max = stackalloc T[StripLength];
        T* sum = stackalloc T[StripLength];
        T* lost = stackalloc T[StripLength];
        Start<V>(at, columns, max, sum, lost);
        bool log = kind == SoftmaxKind.LogForward;
        V least = Denormals.Least<V, T>(T.CreateTruncating(axis));
        for (int a = 0; a < axis; a++)
        {
            T* row = x + at + ((nint)a * inner);
            T* y = to + at + ((nint)a * inner);
            for (int i = 0; i < columns; i += V.Width)
            {
                int n = columns - i;
                Prefetch.Line(row + inner + i);
                V e = Exp.AtLeast<V, T>(V.LoadPartial(row + i, n) - V.Load(max + i), least);
                Accumulate(sum + i, lost + i, e);
                if (!log)
                {
                    e.StorePartial(y + i, n);
                }
            }
        }

        // From here on `sum` holds what the rows are multiplied by, or what is subtracted from them.
        for (int i = 0; i < columns; i += V.Width)
        {
            V total = V.Load(sum + i) + V.Load(lost + i);
            V scale = V.Select(V.Equal(total, V.Zero), V.Zero, V.Broadcast(T.One) / total);
            (log ? Log.Of<V, T>(total) : scale).Store(sum + i);
        }

        for (int a = 0; a < axis; a++)
        {
            T* row = x + at + ((nint)a * inner);
            T* y = to + at + ((nint)a * inner);
            for (int i = 0; i < columns; i += V.Width)
            {
                int n = columns - i;
                V result = log
                    ? V.LoadPartial(row + i, n) - V.Load(max + i) - V.Load(sum + i)
                    : V.LoadPartial(y + i, n) * V.Load(sum + i);
                result.StorePartial(y + i, n);
            }
        }
    }

    // The columns' maxima (0 for a column of −∞, see SoftmaxRows.Shift), and sums of zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Start<V>(nint at, int columns, T* max, T* sum, T* lost)
        where V : struct, IVector<V, T>
    {
        V lowest = V.Broadcast(T.NegativeInfinity);
        for (int i = 0; i < columns; i += V.Width)
        {
            lowest.Store(max + i);
            V.Zero.Store(sum + i);
            V.Zero.Store(lost + i);
        }

        for (int a = 0; a < axis; a++)
        {
            T* row = x + at + ((nint)a * inner);
            for (int i = 0; i < columns; i += V.Width)
            {
                Prefetch.Line(row + inner + i);
                V.Max(V.Load(max + i), V.LoadPartial(row + i, columns - i)).Store(max + i);
            }
        }

        for (int i = 0; i < columns; i += V.Width)
        {
            V m = V.Load(max + i);
            V.Select(V.Equal(m, lowest), V.Zero, m).Store(max + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private void Backward<V>(nint at, int columns)
        where V : struct, IVector<V, T>
    {
        T* sum = stackalloc T[StripLength];
        T* lost = stackalloc T[StripLength];
        new Span<T>(sum, StripLength).Clear();
        new Span<T>(lost, StripLength).Clear();
        bool log = kind == SoftmaxKind.LogBackward;
        V least = Denormals.Negligible<V, T>();
        for (int a = 0; a < axis; a++)
        {
            nint row = at + ((nint)a * inner);
            for (int i = 0; i < columns; i += V.Width)
            {
                Prefetch.Line(dy + row + inner + i);
                Prefetch.Line(x + row + inner + i);
                V g = V.LoadPartial(dy + row + i, columns - i);
                Accumulate(sum + i, lost + i, log ? g : g * V.LoadPartial(x + row + i, columns - i));
            }
        }

        for (int a = 0; a < axis; a++)
        {
            nint row = at + ((nint)a * inner);
            for (int i = 0; i < columns; i += V.Width)
            {
                int n = columns - i;
                Prefetch.Line(dy + row + inner + i);
                Prefetch.Line(x + row + inner + i);
                V total = V.Load(sum + i) + V.Load(lost + i);
                V y = V.LoadPartial(x + row + i, n);
                V g = V.LoadPartial(dy + row + i, n);
                (log ? g - (Exp.AtLeast<V, T>(y, least) * total) : (y & V.GreaterThan(y, least)) * (g - total)).StorePartial(to + row + i, n);
            }
        }
    }

    // Knuth's exact sum; what rounding takes from the sum is kept beside it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate<V>(T* sum, T* lost, V next)
        where V : struct, IVector<V, T>
    {
        V before = V.Load(sum);
        V total = before + next;
        V shadow = total - before;
        (V.Load(lost) + ((before - (total - shadow)) + (next - shadow))).Store(lost);
        total.Store(sum);
    }
}
