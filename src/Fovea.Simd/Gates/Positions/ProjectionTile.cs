using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>Two registers of positions times up to eight outputs, summed over all channels in registers.</summary>
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
    public void Run<V, TTail, T>(T* x, T* w, T* bias, T* z, T* sums)
        where V : struct, IVector<V, T>
        where TTail : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // One output, as of a gate for positions, is a read of the maps; eight are arithmetic, and seven that nobody wants would be too.
        if (outputs == 1)
        {
            Run<V, TTail, N1, T>(x, w, bias, z, sums);
        }
        else if (outputs <= N4.Value)
        {
            Run<V, TTail, N4, T>(x, w, bias, z, sums);
        }
        else
        {
            Run<V, TTail, N8, T>(x, w, bias, z, sums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Run<V, TTail, TOutputs, T>(T* x, T* w, T* bias, T* z, T* sums)
        where V : struct, IVector<V, T>
        where TTail : struct, ITail
        where TOutputs : struct, ICount
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n0 = Math.Min(V.Width, left), n1 = Math.Clamp(left - V.Width, 0, V.Width);
        var tile = default(TileSums<V, T, TOutputs, N2>);
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

            tile.Add(new PanelRows<V, T>(w, 1), v0, v1);
        }

        Finish<V, TTail, T>(0, tile.Row(0), n0, n1, bias, z);
        if (TOutputs.Value > 1)
        {
            Finish<V, TTail, T>(1, tile.Row(1), n0, n1, bias, z);
            Finish<V, TTail, T>(2, tile.Row(2), n0, n1, bias, z);
            Finish<V, TTail, T>(3, tile.Row(3), n0, n1, bias, z);
        }

        if (TOutputs.Value > N4.Value)
        {
            Finish<V, TTail, T>(4, tile.Row(4), n0, n1, bias, z);
            Finish<V, TTail, T>(5, tile.Row(5), n0, n1, bias, z);
            Finish<V, TTail, T>(6, tile.Row(6), n0, n1, bias, z);
            Finish<V, TTail, T>(7, tile.Row(7), n0, n1, bias, z);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish<V, TTail, T>(int output, (V Left, V Right) sums, int n0, int n1, T* bias, T* z)
        where V : struct, IVector<V, T>
        where TTail : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (output >= outputs)
        {
            return;
        }

        V more = V.Broadcast(bias[output]), a = sums.Left + more, b = sums.Right + more;
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
