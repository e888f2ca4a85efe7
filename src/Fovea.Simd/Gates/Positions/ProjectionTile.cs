using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>Two registers of positions times eight outputs, summed over all channels in registers.</summary>
internal readonly unsafe struct ProjectionTile(int channels, nint step, int outputs, ProjectionEnd end, int left)
{
    public const int Outputs = 8;

    /// <summary>The most lanes that a register has.</summary>
    public const int Widest = 16;

    /// <param name="x">The first channel's numbers at the tile's positions.</param>
    /// <param name="w">[channels, 8].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="z">The first output's numbers at the positions.</param>
    /// <param name="sums">A register for each channel, to which its numbers are added; or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V, TTail, T>(T* x, T* w, T* bias, T* z, T* sums)
        where V : struct, IVector<V, T>
        where TTail : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n0 = Math.Min(V.Width, left), n1 = Math.Clamp(left - V.Width, 0, V.Width);
        V a0 = V.Zero, a1 = V.Zero, a2 = V.Zero, a3 = V.Zero, a4 = V.Zero, a5 = V.Zero, a6 = V.Zero, a7 = V.Zero;
        V b0 = V.Zero, b1 = V.Zero, b2 = V.Zero, b3 = V.Zero, b4 = V.Zero, b5 = V.Zero, b6 = V.Zero, b7 = V.Zero;
        for (int c = 0; c < channels; c++, x += step, w += Outputs)
        {
            V v0 = TTail.Load<V, T>(x, n0), v1 = TTail.Load<V, T>(x + V.Width, n1);
            if (sums is not null)
            {
                // The next tile's numbers of this channel: a jump from channel to channel is too far for the hardware to foresee.
                Prefetch.ToSecondLevel(x + (2 * V.Width));
                Prefetch.ToSecondLevel(x + (3 * V.Width));
                (V.Load(sums) + (v0 + v1)).Store(sums);
                sums += V.Width;
            }

            V by = V.Broadcast(w[0]);
            a0 = V.MultiplyAdd(v0, by, a0);
            b0 = V.MultiplyAdd(v1, by, b0);
            by = V.Broadcast(w[1]);
            a1 = V.MultiplyAdd(v0, by, a1);
            b1 = V.MultiplyAdd(v1, by, b1);
            by = V.Broadcast(w[2]);
            a2 = V.MultiplyAdd(v0, by, a2);
            b2 = V.MultiplyAdd(v1, by, b2);
            by = V.Broadcast(w[3]);
            a3 = V.MultiplyAdd(v0, by, a3);
            b3 = V.MultiplyAdd(v1, by, b3);
            by = V.Broadcast(w[4]);
            a4 = V.MultiplyAdd(v0, by, a4);
            b4 = V.MultiplyAdd(v1, by, b4);
            by = V.Broadcast(w[5]);
            a5 = V.MultiplyAdd(v0, by, a5);
            b5 = V.MultiplyAdd(v1, by, b5);
            by = V.Broadcast(w[6]);
            a6 = V.MultiplyAdd(v0, by, a6);
            b6 = V.MultiplyAdd(v1, by, b6);
            by = V.Broadcast(w[7]);
            a7 = V.MultiplyAdd(v0, by, a7);
            b7 = V.MultiplyAdd(v1, by, b7);
        }

        Finish<V, TTail, T>(0, a0, b0, n0, n1, bias, z);
        Finish<V, TTail, T>(1, a1, b1, n0, n1, bias, z);
        Finish<V, TTail, T>(2, a2, b2, n0, n1, bias, z);
        Finish<V, TTail, T>(3, a3, b3, n0, n1, bias, z);
        Finish<V, TTail, T>(4, a4, b4, n0, n1, bias, z);
        Finish<V, TTail, T>(5, a5, b5, n0, n1, bias, z);
        Finish<V, TTail, T>(6, a6, b6, n0, n1, bias, z);
        Finish<V, TTail, T>(7, a7, b7, n0, n1, bias, z);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish<V, TTail, T>(int output, V a, V b, int n0, int n1, T* bias, T* z)
        where V : struct, IVector<V, T>
        where TTail : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (output >= outputs)
        {
            return;
        }

        V more = V.Broadcast(bias[output]);
        a += more;
        b += more;
        T* at = z + (output * step);
        if (end == ProjectionEnd.Add)
        {
            Prefetch.ToSecondLevel(at + (2 * V.Width));
            Prefetch.ToSecondLevel(at + (3 * V.Width));
            a += TTail.Load<V, T>(at, n0);
            b += TTail.Load<V, T>(at + V.Width, n1);
        }
        else if (end == ProjectionEnd.Relu)
        {
            a = V.MaxFast(V.Zero, a);
            b = V.MaxFast(V.Zero, b);
        }

        TTail.Store(a, at, n0);
        TTail.Store(b, at + V.Width, n1);
    }
}

/// <summary>What becomes of a tile's sums.</summary>
internal enum ProjectionEnd
{
    /// <summary>They are written.</summary>
    Write,

    /// <summary>They are rectified and written.</summary>
    Relu,

    /// <summary>They are added to what is there.</summary>
    Add,
}
