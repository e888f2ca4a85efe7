using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Sweeps;

namespace Fovea.Simd.Gates;

/// <summary>
/// The second sweep of gates whose first is <see cref="GateSweep"/>, over the same blocks by the same threads: scales by channel and by
/// position, a number to add for each channel, and products of a channel's number and a position's (what a 1×1 convolution to one channel
/// and a weighted mean send back).
/// </summary>
public static unsafe class GateApply
{
    /// <summary><c>y[n, c, i] = x[n, c, i]·(a[n, c] + b[n, i]) + t[n, c] + u[n, c]·v[n, i] + w[c]·z[n, i]</c>.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="a">[images, channels], or empty for 1.</param>
    /// <param name="b">[images, positions], or empty for 0; not together with u.</param>
    /// <param name="t">[images, channels], or empty for 0.</param>
    /// <param name="u">[images, channels], or empty for 0; together with w.</param>
    /// <param name="v">[images, positions], or empty together with u.</param>
    /// <param name="w">[channels], or empty for 0.</param>
    /// <param name="z">[images, positions], or empty together with w.</param>
    /// <param name="y">As x, written; may be x or the residual itself.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <param name="end">What follows in the same sweep.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(
        int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> t,
        ReadOnlySpan<T> u, ReadOnlySpan<T> v, ReadOnlySpan<T> w, ReadOnlySpan<T> z, Span<T> y, bool streaming,
        Epilogue<T> end = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "gateApply";
        long planes = (long)images * channels, places = (long)images * positions;
        Guard.Length(Name, "x", planes * positions, x.Length);
        Guard.Length(Name, "y", x.Length, y.Length);
        Guard.LengthOrEmpty(Name, "a", planes, a.Length);
        Guard.LengthOrEmpty(Name, "b", places, b.Length);
        Guard.LengthOrEmpty(Name, "t", planes, t.Length);
        Guard.LengthOrEmpty(Name, "u", planes, u.Length);
        Guard.Length(Name, "v", u.IsEmpty ? 0 : places, v.Length);
        Guard.LengthOrEmpty(Name, "w", channels, w.Length);
        Guard.Length(Name, "z", w.IsEmpty ? 0 : places, z.Length);
        Guard.LengthOrEmpty(Name, "residual", x.Length, end.Residual.Length);
        if (x.IsEmpty)
        {
            return;
        }

        if (!b.IsEmpty && !u.IsEmpty)
        {
            Guard.Fail(Name, "expected b or u and v, got both");
        }

        fixed (T* xAt = x, aAt = a, bAt = b, tAt = t, uAt = u, vAt = v, wAt = w, zAt = z, yAt = y)
        {
            var sweep = new Sweep<T>(SweepTiles.Blocks(images, channels, positions, sizeof(T)))
            {
                X = xAt,
                A = aAt,
                B = tAt,
                C = uAt,
                W = wAt,
                P = bAt is null ? vAt : bAt,
                Q = zAt,
                Y = yAt,
            };
            if (bAt is not null && wAt is not null)
            {
                sweep.Write<SumAndWeights>(streaming, end);
            }
            else if (bAt is not null)
            {
                sweep.Write<Sum>(streaming, end);
            }
            else if (uAt is null && wAt is null)
            {
                sweep.Write<MapAffine>(streaming, end);
            }
            else if (uAt is not null && wAt is not null)
            {
                sweep.Write<ProductsAndWeights>(streaming, end);
            }
            else
            {
                Guard.Fail(Name, "expected w and z beside u and v, or neither");
            }
        }
    }

    private readonly struct Sum : IReadsX, IReadsA, IReadsP, IReadsB
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => V.MultiplyAdd(o.X, o.A + o.P, o.B);
    }

    private readonly struct SumAndWeights : IReadsX, IReadsA, IReadsP, IReadsB, IReadsW, IReadsQ
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) =>
            V.MultiplyAdd(o.X, o.A + o.P, V.MultiplyAdd(o.Q, o.W, o.B));
    }

    private readonly struct ProductsAndWeights : IReadsX, IReadsA, IReadsB, IReadsC, IReadsP, IReadsW, IReadsQ
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) =>
            V.MultiplyAdd(o.X, o.A, V.MultiplyAdd(o.Q, o.W, V.MultiplyAdd(o.P, o.C, o.B)));
    }
}
