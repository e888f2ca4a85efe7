using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Reductions;
using Fovea.Simd.Sweeps;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>The gradient of a 1×1 convolution to few channels by its weight, in one read of the maps.</summary>
public static unsafe class ProjectionWeights
{
    private const int Side = 4;

    /// <summary><c>dw[k, c] = Σ_{n, i} dz[n, k, i]·x[n, c, i]</c>.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image of x.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="outputs">Channels of z.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="dz">[images, outputs, positions].</param>
    /// <param name="dw">[outputs, channels], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(
        int images, int channels, int positions, int outputs, ReadOnlySpan<T> x, ReadOnlySpan<T> dz, Span<T> dw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "projectionWeights";
        Guard.Length(Name, "x", (long)images * channels * positions, x.Length);
        Guard.Length(Name, "dz", (long)images * outputs * positions, dz.Length);
        Guard.Length(Name, "dw", (long)outputs * channels, dw.Length);
        SweepTiles tiles = SweepTiles.Blocks(images, channels, positions, sizeof(T));
        AlignedBlock scratch = BlockPool.Rent((long)tiles.Pieces * dw.Length * sizeof(T));
        Span<T> parts = scratch.AsSpan<T>(tiles.Pieces * dw.Length);
        fixed (T* xAt = x, dzAt = dz, partsAt = parts)
        {
            var body = new Body<T>(tiles, outputs, xAt, dzAt, partsAt);
            VectorLoop.For<Body<T>, T>(ref body, tiles.Pieces, tiles.Grain);
        }

        Reduction.Sum(1, tiles.Pieces, dw.Length, parts, dw);
        BlockPool.Return(scratch);
    }

    private readonly struct Body<T>(SweepTiles tiles, int outputs, T* x, T* dz, T* parts) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int piece = from; piece < to; piece++)
            {
                SweepTile tile = tiles.Tile(piece);
                T* maps = x + ((nint)tile.Image * tiles.Channels * tiles.Positions) + tile.Position;
                T* gradients = dz + ((nint)tile.Image * outputs * tiles.Positions) + tile.Position;
                T* part = parts + ((nint)piece * outputs * tiles.Channels);
                for (int c = 0; c < tiles.Channels; c += Side)
                {
                    for (int k = 0; k < outputs; k += Side)
                    {
                        Square<V>(tile.PositionCount, maps, c, gradients, k, part);
                    }
                }
            }
        }

        /// <summary>Four channels times four outputs; where fewer are left, the last stands in, and its sums are written once more.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Square<V>(int count, T* maps, int c, T* gradients, int k, T* part)
            where V : struct, IVector<V, T>
        {
            nint step = tiles.Positions;
            int c1 = Math.Min(c + 1, tiles.Channels - 1), c2 = Math.Min(c + 2, tiles.Channels - 1), c3 = Math.Min(c + 3, tiles.Channels - 1);
            int k1 = Math.Min(k + 1, outputs - 1), k2 = Math.Min(k + 2, outputs - 1), k3 = Math.Min(k + 3, outputs - 1);
            T* x0 = maps + (c * step), x1 = maps + (c1 * step), x2 = maps + (c2 * step), x3 = maps + (c3 * step);
            T* g0 = gradients + (k * step), g1 = gradients + (k1 * step), g2 = gradients + (k2 * step), g3 = gradients + (k3 * step);
            V s00 = V.Zero, s01 = V.Zero, s02 = V.Zero, s03 = V.Zero, s10 = V.Zero, s11 = V.Zero, s12 = V.Zero, s13 = V.Zero;
            V s20 = V.Zero, s21 = V.Zero, s22 = V.Zero, s23 = V.Zero, s30 = V.Zero, s31 = V.Zero, s32 = V.Zero, s33 = V.Zero;
            for (int i = 0; i < count; i += V.Width)
            {
                int n = Math.Min(V.Width, count - i);
                V v0 = V.LoadPartial(x0 + i, n), v1 = V.LoadPartial(x1 + i, n), v2 = V.LoadPartial(x2 + i, n), v3 = V.LoadPartial(x3 + i, n);
                V g = V.LoadPartial(g0 + i, n);
                s00 = V.MultiplyAdd(g, v0, s00);
                s01 = V.MultiplyAdd(g, v1, s01);
                s02 = V.MultiplyAdd(g, v2, s02);
                s03 = V.MultiplyAdd(g, v3, s03);
                g = V.LoadPartial(g1 + i, n);
                s10 = V.MultiplyAdd(g, v0, s10);
                s11 = V.MultiplyAdd(g, v1, s11);
                s12 = V.MultiplyAdd(g, v2, s12);
                s13 = V.MultiplyAdd(g, v3, s13);
                g = V.LoadPartial(g2 + i, n);
                s20 = V.MultiplyAdd(g, v0, s20);
                s21 = V.MultiplyAdd(g, v1, s21);
                s22 = V.MultiplyAdd(g, v2, s22);
                s23 = V.MultiplyAdd(g, v3, s23);
                g = V.LoadPartial(g3 + i, n);
                s30 = V.MultiplyAdd(g, v0, s30);
                s31 = V.MultiplyAdd(g, v1, s31);
                s32 = V.MultiplyAdd(g, v2, s32);
                s33 = V.MultiplyAdd(g, v3, s33);
            }

            Row(part, k, c, c1, c2, c3, s00, s01, s02, s03);
            Row(part, k1, c, c1, c2, c3, s10, s11, s12, s13);
            Row(part, k2, c, c1, c2, c3, s20, s21, s22, s23);
            Row(part, k3, c, c1, c2, c3, s30, s31, s32, s33);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Row<V>(T* part, int k, int c0, int c1, int c2, int c3, V s0, V s1, V s2, V s3)
            where V : struct, IVector<V, T>
        {
            T* row = part + ((nint)k * tiles.Channels);
            row[c0] = V.Sum(s0);
            row[c1] = V.Sum(s1);
            row[c2] = V.Sum(s2);
            row[c3] = V.Sum(s3);
        }
    }
}
