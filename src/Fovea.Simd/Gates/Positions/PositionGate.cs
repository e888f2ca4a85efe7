using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>Planes scaled by a number for each channel and one for each position together, and what the gradients need, in one sweep.</summary>
public static unsafe class PositionGate
{
    /// <summary><c>y[n, c, i] = x[n, c, i] · factor(a[n, c], b[n, i])</c>.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="a">[images, channels], or empty for 1.</param>
    /// <param name="b">[images, positions].</param>
    /// <param name="y">As x, written; may be x itself.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Scale<TForm, T>(
        int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, bool streaming)
        where TForm : struct, IGateForm
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "positionGate";
        Check(Name, images, channels, positions, x.Length, a.Length, b.Length);
        Guard.Length(Name, "y", x.Length, y.Length);
        var tiles = new GateTiles(images, channels, positions);
        fixed (T* xAt = x, aAt = a, bAt = b, yAt = y)
        {
            if (streaming && StreamingStores.Aligned(yAt, positions))
            {
                var past = new ScaleBody<TForm, FullVectorStreaming, T>(tiles, xAt, aAt, bAt, yAt);
                VectorLoop.For<ScaleBody<TForm, FullVectorStreaming, T>, T>(ref past, tiles.Pieces, tiles.Grain);
                return;
            }

            var body = new ScaleBody<TForm, FullVector, T>(tiles, xAt, aAt, bAt, yAt);
            VectorLoop.For<ScaleBody<TForm, FullVector, T>, T>(ref body, tiles.Pieces, tiles.Grain);
        }
    }

    /// <summary>
    /// The gradients of <see cref="Scale{TForm, T}"/> in one read of x and dy: <c>da[n, c] = Σ_i dy·x·∂factor/∂a</c>,
    /// <c>db[n, i] = Σ_c dy·x·∂factor/∂b</c>, and <c>dx = dy · factor</c> if wanted.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="dy">As x.</param>
    /// <param name="a">[images, channels], or empty for 1.</param>
    /// <param name="b">[images, positions].</param>
    /// <param name="da">[images, channels], written.</param>
    /// <param name="db">[images, positions], written.</param>
    /// <param name="dx">As x, written; or empty.</param>
    /// <param name="streaming">Whether dx is better written past the caches.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Backward<TForm, T>(
        int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> a, ReadOnlySpan<T> b,
        Span<T> da, Span<T> db, Span<T> dx, bool streaming)
        where TForm : struct, IGateForm
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "positionGateBackward";
        Check(Name, images, channels, positions, x.Length, a.Length, b.Length);
        Guard.Length(Name, "dy", x.Length, dy.Length);
        Guard.Length(Name, "da", (long)images * channels, da.Length);
        Guard.Length(Name, "db", (long)images * positions, db.Length);
        Guard.LengthOrEmpty(Name, "dx", x.Length, dx.Length);
        var tiles = new GateTiles(images, channels, positions);
        int planeParts = images * channels * tiles.Strips;
        int positionParts = images * tiles.Slices * positions;
        AlignedBlock scratch = BlockPool.Rent((long)(planeParts + positionParts) * sizeof(T));
        fixed (T* xAt = x, dyAt = dy, aAt = a, bAt = b, dxAt = dx, parts = scratch.AsSpan<T>(planeParts + positionParts))
        {
            T* positionAt = parts + planeParts;
            if (streaming && dxAt is not null && StreamingStores.Aligned(dxAt, positions))
            {
                var past = new BackwardBody<TForm, FullVectorStreaming, T>(tiles, xAt, dyAt, aAt, bAt, parts, positionAt, dxAt);
                VectorLoop.For<BackwardBody<TForm, FullVectorStreaming, T>, T>(ref past, tiles.Pieces, tiles.Grain);
            }
            else
            {
                var body = new BackwardBody<TForm, FullVector, T>(tiles, xAt, dyAt, aAt, bAt, parts, positionAt, dxAt);
                VectorLoop.For<BackwardBody<TForm, FullVector, T>, T>(ref body, tiles.Pieces, tiles.Grain);
            }

            GateParts.JoinStrips(tiles, new ReadOnlySpan<T>(parts, planeParts), da);
            GateParts.JoinSlices(tiles, new ReadOnlySpan<T>(positionAt, positionParts), db);
        }

        BlockPool.Return(scratch);
    }

    private static void Check(string name, int images, int channels, int positions, int x, int a, int b)
    {
        Guard.Length(name, "x", (long)images * channels * positions, x);
        Guard.LengthOrEmpty(name, "a", (long)images * channels, a);
        Guard.Length(name, "b", (long)images * positions, b);
    }

    private readonly struct ScaleBody<TForm, TStore, T>(GateTiles tiles, T* x, T* a, T* b, T* y) : IVectorBody<T>
        where TForm : struct, IGateForm
        where TStore : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            // From the last piece back: the sweep before went forward, and its end is what the cache still holds.
            for (int piece = to - 1; piece >= from; piece--)
            {
                GateTile tile = tiles.Tile(piece);
                T* gate = b + ((nint)tile.Image * tiles.Positions) + tile.Position;
                int whole = tile.PositionCount - (tile.PositionCount % V.Width);
                for (int c = tile.ChannelCount - 1; c >= 0; c--)
                {
                    nint plane = ((nint)tile.Image * tiles.Channels) + tile.Channel + c;
                    nint at = (plane * tiles.Positions) + tile.Position;
                    V s = V.Broadcast(a is null ? T.One : a[plane]);
                    T* source = x + at;
                    T* target = y + at;
                    T* next = source - tiles.Positions;
                    int i = 0;
                    for (; i <= whole - (2 * V.Width); i += 2 * V.Width)
                    {
                        Prefetch.Line(next + i);
                        Prefetch.Line(next + i + V.Width);
                        V v0 = V.Load(source + i) * TForm.Factor<V, T>(s, V.Load(gate + i));
                        V v1 = V.Load(source + i + V.Width) * TForm.Factor<V, T>(s, V.Load(gate + i + V.Width));
                        TStore.Store(v0, target + i, 0);
                        TStore.Store(v1, target + i + V.Width, 0);
                    }

                    for (; i < tile.PositionCount; i += V.Width)
                    {
                        int n = Math.Min(V.Width, tile.PositionCount - i);
                        (V.LoadPartial(source + i, n) * TForm.Factor<V, T>(s, V.LoadPartial(gate + i, n))).StorePartial(target + i, n);
                    }
                }
            }

            StreamingStores.Finish();
        }
    }

    private readonly struct BackwardBody<TForm, TStore, T>(
        GateTiles tiles, T* x, T* dy, T* a, T* b, T* planeParts, T* positionParts, T* dx) : IVectorBody<T>
        where TForm : struct, IGateForm
        where TStore : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int piece = from; piece < to; piece++)
            {
                GateTile tile = tiles.Tile(piece);
                nint plane = ((nint)tile.Image * tiles.Channels) + tile.Channel;
                T* gate = b + ((nint)tile.Image * tiles.Positions) + tile.Position;
                T* sums = positionParts + ((((nint)tile.Image * tiles.Slices) + tile.Slice) * tiles.Positions) + tile.Position;
                new Span<T>(sums, tile.PositionCount).Clear();
                int c = 0;
                for (; c <= tile.ChannelCount - 2; c += 2)
                {
                    Two<V>(tile, plane + c, gate, sums);
                }

                if (c < tile.ChannelCount)
                {
                    One<V>(tile, plane + c, gate, sums);
                }
            }

            StreamingStores.Finish();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Two<V>(in GateTile tile, nint plane, T* gate, T* sums)
            where V : struct, IVector<V, T>
        {
            nint at = (plane * tiles.Positions) + tile.Position;
            T* x0 = x + at, x1 = x0 + tiles.Positions, g0 = dy + at, g1 = g0 + tiles.Positions;
            V a0 = V.Broadcast(a is null ? T.One : a[plane]);
            V a1 = V.Broadcast(a is null ? T.One : a[plane + 1]);
            V sum0 = V.Zero, sum1 = V.Zero;
            int i = 0;
            for (; i <= tile.PositionCount - V.Width; i += V.Width)
            {
                V w = V.Load(gate + i);
                V f0 = TForm.Derivatives<V, T>(a0, w, out V byA0, out V byB0);
                V f1 = TForm.Derivatives<V, T>(a1, w, out V byA1, out V byB1);
                V v0 = V.Load(g0 + i), v1 = V.Load(g1 + i);
                V t0 = v0 * V.Load(x0 + i), t1 = v1 * V.Load(x1 + i);
                sum0 = V.MultiplyAdd(t0, byA0, sum0);
                sum1 = V.MultiplyAdd(t1, byA1, sum1);
                V.MultiplyAdd(t1, byB1, V.MultiplyAdd(t0, byB0, V.Load(sums + i))).Store(sums + i);
                if (dx is not null)
                {
                    TStore.Store(v0 * f0, dx + at + i, 0);
                    TStore.Store(v1 * f1, dx + at + tiles.Positions + i, 0);
                }
            }

            T* part = planeParts + (plane * tiles.Strips) + tile.Strip;
            part[0] = V.Sum(sum0);
            part[tiles.Strips] = V.Sum(sum1);
            if (i < tile.PositionCount)
            {
                part[0] += Rest<V>(tile, plane, i, gate, sums);
                part[tiles.Strips] += Rest<V>(tile, plane + 1, i, gate, sums);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void One<V>(in GateTile tile, nint plane, T* gate, T* sums)
            where V : struct, IVector<V, T>
        {
            T sum = T.Zero;
            for (int i = 0; i < tile.PositionCount; i += V.Width)
            {
                sum += Rest<V>(tile, plane, i, gate, sums);
            }

            planeParts[(plane * tiles.Strips) + tile.Strip] = sum;
        }

        /// <summary>One register of one plane, whole or not.</summary>
        private T Rest<V>(in GateTile tile, nint plane, int i, T* gate, T* sums)
            where V : struct, IVector<V, T>
        {
            int n = Math.Min(V.Width, tile.PositionCount - i);
            nint at = (plane * tiles.Positions) + tile.Position + i;
            V s = V.Broadcast(a is null ? T.One : a[plane]);
            V f = TForm.Derivatives<V, T>(s, V.LoadPartial(gate + i, n), out V byA, out V byB);
            V g = V.LoadPartial(dy + at, n);
            V t = g * V.LoadPartial(x + at, n);
            V.MultiplyAdd(t, byB, V.LoadPartial(sums + i, n)).StorePartial(sums + i, n);
            if (dx is not null)
            {
                (g * f).StorePartial(dx + at, n);
            }

            return V.Sum(t * byA);
        }
    }
}
