using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Memory;
using Fovea.Simd.Sweeps;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// The small network of coordinate attention and the sweep after it: strips of row and column means are mixed to few, and every plane
/// makes its own gates of those just before it is scaled.
/// </summary>
public static unsafe class StripGate
{
    /// <summary><c>f[n, r, j] = hswish(scale[r] · Σ_c w[r, c]·strips[n, c, j] + shift[r])</c>.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="reduced">Strips that are left.</param>
    /// <param name="length">Numbers in a strip.</param>
    /// <param name="strips">[images, channels, length].</param>
    /// <param name="w">[reduced, channels].</param>
    /// <param name="scale">[reduced].</param>
    /// <param name="shift">[reduced].</param>
    /// <param name="f">[images, reduced, length], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Mix<T>(
        int images, int channels, int reduced, int length, ReadOnlySpan<T> strips, ReadOnlySpan<T> w, ReadOnlySpan<T> scale,
        ReadOnlySpan<T> shift, Span<T> f)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "stripGateMix";
        Guard.Length(Name, "strips", (long)images * channels * length, strips.Length);
        Guard.Length(Name, "w", (long)reduced * channels, w.Length);
        Guard.Length(Name, "scale", reduced, scale.Length);
        Guard.Length(Name, "shift", reduced, shift.Length);
        Guard.Length(Name, "f", (long)images * reduced * length, f.Length);
        fixed (T* stripsAt = strips, wAt = w, scaleAt = scale, shiftAt = shift, fAt = f)
        {
            var body = new MixBody<T>(channels, reduced, length, stripsAt, wAt, scaleAt, shiftAt, fAt);
            int even = ((images * reduced) + ParallelPool.Threads - 1) / ParallelPool.Threads;
            VectorLoop.For<MixBody<T>, T>(ref body, images * reduced, Math.Max(even, VectorLoop.Grain((long)channels * length)));
        }
    }

    /// <summary>
    /// <c>y[n, c, i, j] = x · σ(rowBias[c] + Σ_r rowWeights[c, r]·f[n, r, i]) · σ(columnBias[c] + Σ_r columnWeights[c, r]·f[n, r, height + j])</c>.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="reduced">Strips of f.</param>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    /// <param name="x">[images, channels, height, width].</param>
    /// <param name="f">[images, reduced, height + width].</param>
    /// <param name="rowWeights">[channels, reduced].</param>
    /// <param name="rowBias">[channels].</param>
    /// <param name="columnWeights">[channels, reduced].</param>
    /// <param name="columnBias">[channels].</param>
    /// <param name="y">As x, written.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <param name="end">What follows in the same sweep.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Scale<T>(
        int images, int channels, int reduced, int height, int width, ReadOnlySpan<T> x, ReadOnlySpan<T> f, ReadOnlySpan<T> rowWeights,
        ReadOnlySpan<T> rowBias, ReadOnlySpan<T> columnWeights, ReadOnlySpan<T> columnBias, Span<T> y, bool streaming,
        Epilogue<T> end = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "stripGateScale";
        Guard.Length(Name, "x", (long)images * channels * height * width, x.Length);
        Guard.Length(Name, "f", (long)images * reduced * (height + width), f.Length);
        Guard.Length(Name, "rowWeights", (long)channels * reduced, rowWeights.Length);
        Guard.Length(Name, "rowBias", channels, rowBias.Length);
        Guard.Length(Name, "columnWeights", rowWeights.Length, columnWeights.Length);
        Guard.Length(Name, "columnBias", channels, columnBias.Length);
        Guard.Length(Name, "y", x.Length, y.Length);
        Guard.LengthOrEmpty(Name, "residual", x.Length, end.Residual.Length);
        fixed (T* xAt = x, fAt = f, rowAt = rowWeights, rowBiasAt = rowBias, columnAt = columnWeights, columnBiasAt = columnBias, yAt = y)
        {
            bool past = streaming && RowGroups.Aligned(width, height, VectorInfo.Bits / 8 / sizeof(T));
            var trip = new ScaleTrip<T>(channels, reduced, height, width, xAt, fAt, rowAt, rowBiasAt, columnAt, columnBiasAt, yAt);
            PlaneTrip.Write(trip, images * channels, height * width, height * width, yAt, past, end);
        }
    }

    private readonly struct MixBody<T>(int channels, int reduced, int length, T* strips, T* w, T* scale, T* shift, T* f) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int row = from; row < to; row++)
            {
                (int image, int r) = Math.DivRem(row, reduced);
                T* source = strips + ((nint)image * channels * length);
                T* weights = w + ((nint)r * channels);
                V by = V.Broadcast(scale[r]);
                V more = V.Broadcast(shift[r]);
                for (int j = 0; j < length; j += 4 * V.Width)
                {
                    int n0 = Math.Min(V.Width, length - j), n1 = Count<V>(j + V.Width), n2 = Count<V>(j + (2 * V.Width)), n3 = Count<V>(j + (3 * V.Width));
                    V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
                    T* at = source + j;
                    for (int c = 0; c < channels; c++, at += length)
                    {
                        V weight = V.Broadcast(weights[c]);
                        s0 = V.MultiplyAdd(V.LoadPartial(at, n0), weight, s0);
                        s1 = V.MultiplyAdd(V.LoadPartial(at + V.Width, n1), weight, s1);
                        s2 = V.MultiplyAdd(V.LoadPartial(at + (2 * V.Width), n2), weight, s2);
                        s3 = V.MultiplyAdd(V.LoadPartial(at + (3 * V.Width), n3), weight, s3);
                    }

                    T* to0 = f + ((nint)row * length) + j;
                    Finish(V.MultiplyAdd(s0, by, more)).StorePartial(to0, n0);
                    Finish(V.MultiplyAdd(s1, by, more)).StorePartial(to0 + V.Width, n1);
                    Finish(V.MultiplyAdd(s2, by, more)).StorePartial(to0 + (2 * V.Width), n2);
                    Finish(V.MultiplyAdd(s3, by, more)).StorePartial(to0 + (3 * V.Width), n3);
                }
            }
        }

        private int Count<V>(int j)
            where V : struct, IVector<V, T> => Math.Clamp(length - j, 0, V.Width);

        private static V Finish<V>(V sum)
            where V : struct, IVector<V, T> => default(HardSwish).Apply<V, T>(sum);
    }

    /// <summary>A plane's gates are made of its image's strips just before it is scaled, in the room of the plane before.</summary>
    private readonly struct ScaleTrip<T>(
        int channels, int reduced, int height, int width, T* x, T* f, T* rowWeights, T* rowBias, T* columnWeights, T* columnBias, T* y) : IPlaneTrip<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        void IPlaneTrip<T>.Run<TStore, TEnd, V>(int from, int to, T* residual, T floor)
        {
            int positions = height * width, length = height + width;
            var whole = new SweepTile(0, 0, 0, 0, 1, 0, positions);
            AlignedBlock scratch = BlockPool.Rent((long)length * sizeof(T));
            fixed (T* gates = scratch.AsSpan<T>(length))
            {
                var sweep = new Sweep<T>(SweepTiles.Planes(1, positions)) { Width = width, Row = gates, Column = gates + height, Floor = floor };

                // From the last plane back: the sweep before went forward, and its end is what the cache still holds.
                for (int plane = to - 1; plane >= from; plane--)
                {
                    (int image, int channel) = Math.DivRem(plane, channels);
                    T* strips = f + ((nint)image * reduced * length);
                    Gates<V>(strips, height, rowWeights + ((nint)channel * reduced), rowBias[channel], gates);
                    Gates<V>(strips + height, width, columnWeights + ((nint)channel * reduced), columnBias[channel], gates + height);
                    nint at = (nint)plane * positions;
                    sweep.X = x + at;
                    sweep.Y = y + at;
                    sweep.Residual = residual + at;
                    RowLoop<RowColumnProduct, TStore, TEnd, V, T>.Run(sweep, whole);
                }
            }

            BlockPool.Return(scratch);
        }

        /// <summary><c>to[j] = σ(bias + Σ_r weights[r]·strips[r, j])</c>.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Gates<V>(T* strips, int count, T* weights, T bias, T* to)
            where V : struct, IVector<V, T>
        {
            for (int j = 0; j < count; j += V.Width)
            {
                int n = Math.Min(V.Width, count - j);
                V sum = V.Broadcast(bias);
                T* at = strips + j;
                for (int r = 0; r < reduced; r++, at += height + width)
                {
                    sum = V.MultiplyAdd(V.LoadPartial(at, n), V.Broadcast(weights[r]), sum);
                }

                Sigmoid.Of<V, T>(sum).StorePartial(to + j, n);
            }
        }
    }
}
