using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Lanes;
using Fovea.Simd.Reductions;

namespace Fovea.Simd.Softmaxes;

/// <summary>Softmax down the middle axis: a register holds neighbouring columns, a strip of columns stays in the cache.</summary>
internal readonly unsafe struct SoftmaxColumns<T>(int axis, int inner, T* x, T* dy, T* to, SoftmaxKind kind) : ILaneBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public const int StripLength = 256;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int end)
        where V : struct, ILane<V, T>
    {
        int strips = Strips.Count(inner, StripLength);
        int width = Strips.Length(inner, StripLength);
        for (int piece = from; piece < end; piece++)
        {
            (int o, int strip) = Math.DivRem(piece, strips);
            int first = strip * width;
            int last = Math.Min(inner, first + width);
            for (int column = first; column < last; column += V.Width)
            {
                nint at = ((nint)o * axis * inner) + column;
                int n = Math.Min(V.Width, last - column);
                if (kind is SoftmaxKind.Forward or SoftmaxKind.LogForward)
                {
                    Forward<V>(at, n);
                }
                else
                {
                    Backward<V>(at, n);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Forward<V>(nint at, int n)
        where V : struct, ILane<V, T>
    {
        V max = V.LoadPartial(x + at, n);
        for (int a = 1; a < axis; a++)
        {
            max = V.Max(max, V.LoadPartial(x + at + ((nint)a * inner), n));
        }

        max = V.Select(V.Equal(max, V.Broadcast(T.NegativeInfinity)), V.Zero, max);
        V sum = V.Zero;
        V lost = V.Zero;
        for (int a = 0; a < axis; a++)
        {
            nint i = at + ((nint)a * inner);
            V e = Exp.Of<V, T>(V.LoadPartial(x + i, n) - max);
            Accumulate(ref sum, ref lost, e);
            if (kind == SoftmaxKind.Forward)
            {
                e.StorePartial(to + i, n);
            }
        }

        sum += lost;
        if (kind == SoftmaxKind.Forward)
        {
            V scale = V.Select(V.Equal(sum, V.Zero), V.Zero, V.Broadcast(T.One) / sum);
            for (int a = 0; a < axis; a++)
            {
                nint i = at + ((nint)a * inner);
                (V.LoadPartial(to + i, n) * scale).StorePartial(to + i, n);
            }

            return;
        }

        V log = Log.Of<V, T>(sum);
        for (int a = 0; a < axis; a++)
        {
            nint i = at + ((nint)a * inner);
            (V.LoadPartial(x + i, n) - max - log).StorePartial(to + i, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Backward<V>(nint at, int n)
        where V : struct, ILane<V, T>
    {
        V sum = V.Zero;
        V lost = V.Zero;
        for (int a = 0; a < axis; a++)
        {
            nint i = at + ((nint)a * inner);
            V g = V.LoadPartial(dy + i, n);
            Accumulate(ref sum, ref lost, kind == SoftmaxKind.Backward ? g * V.LoadPartial(x + i, n) : g);
        }

        sum += lost;
        for (int a = 0; a < axis; a++)
        {
            nint i = at + ((nint)a * inner);
            V y = V.LoadPartial(x + i, n);
            V g = V.LoadPartial(dy + i, n);
            V dx = kind == SoftmaxKind.Backward ? y * (g - sum) : g - (Exp.Of<V, T>(y) * sum);
            dx.StorePartial(to + i, n);
        }
    }

    // Knuth's exact sum; what rounding takes from the sum is kept beside it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate<V>(ref V sum, ref V lost, V next)
        where V : struct, ILane<V, T>
    {
        V total = sum + next;
        V shadow = total - sum;
        lost += (sum - (total - shadow)) + (next - shadow);
        sum = total;
    }
}
