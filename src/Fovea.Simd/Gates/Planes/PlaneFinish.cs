using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// The last sweep of a gate with what follows it in a residual block: <c>y = relu(x · factor + residual)</c>, the factor one for each
/// channel, each position, or both together.
/// </summary>
public static unsafe class PlaneFinish
{
    /// <summary><c>y[n, c, i] = relu(x[n, c, i] · a[n, c] · b[n, i] + residual[n, c, i])</c>.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="a">[images, channels], or empty for 1.</param>
    /// <param name="b">[images, positions], or empty for 1.</param>
    /// <param name="residual">As x, or empty for nothing to add.</param>
    /// <param name="relu">Whether what is below zero becomes zero. NaN stays NaN.</param>
    /// <param name="y">As x, written; may be x or the residual itself.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(
        int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> residual, bool relu,
        Span<T> y, bool streaming)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeFinish";
        Guard.Length(Name, "x", (long)images * channels * positions, x.Length);
        Guard.LengthOrEmpty(Name, "a", (long)images * channels, a.Length);
        Guard.LengthOrEmpty(Name, "b", (long)images * positions, b.Length);
        Guard.LengthOrEmpty(Name, "residual", x.Length, residual.Length);
        Guard.Length(Name, "y", x.Length, y.Length);
        var tiles = new GateTiles(images, channels, positions);
        T floor = relu ? T.Zero : T.NegativeInfinity;
        fixed (T* xAt = x, aAt = a, bAt = b, residualAt = residual, yAt = y)
        {
            // What was just read lies in the cache already: there a store past it would only drive it out.
            if (streaming && yAt != xAt && yAt != residualAt && StreamingStores.Aligned(yAt, positions))
            {
                var past = new Body<FullVectorStreaming, T>(tiles, xAt, aAt, bAt, residualAt, floor, yAt);
                VectorLoop.For<Body<FullVectorStreaming, T>, T>(ref past, tiles.Pieces, tiles.Grain);
                return;
            }

            var body = new Body<FullVector, T>(tiles, xAt, aAt, bAt, residualAt, floor, yAt);
            VectorLoop.For<Body<FullVector, T>, T>(ref body, tiles.Pieces, tiles.Grain);
        }
    }

    private readonly struct Body<TStore, T>(GateTiles tiles, T* x, T* a, T* b, T* residual, T floor, T* y) : IVectorBody<T>
        where TStore : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            // From the last piece back: the sweep before went forward, and its end is what the cache still holds.
            for (int piece = to - 1; piece >= from; piece--)
            {
                GateTile tile = tiles.Tile(piece);
                T* gate = b is null ? null : b + ((nint)tile.Image * tiles.Positions) + tile.Position;
                for (int c = tile.ChannelCount - 1; c >= 0; c--)
                {
                    nint plane = ((nint)tile.Image * tiles.Channels) + tile.Channel + c;
                    nint at = (plane * tiles.Positions) + tile.Position;
                    V s = V.Broadcast(a is null ? T.One : a[plane]);
                    T* added = residual is null ? null : residual + at;
                    int done = gate is null
                        ? Rows<V, ByChannel>(tile.PositionCount, x + at, s, gate, added, y + at)
                        : Rows<V, ByPosition>(tile.PositionCount, x + at, s, gate, added, y + at);
                    for (int i = done; i < tile.PositionCount; i += V.Width)
                    {
                        int n = Math.Min(V.Width, tile.PositionCount - i);
                        V factor = gate is null ? s : s * V.LoadPartial(gate + i, n);
                        V r = added is null ? V.Zero : V.LoadPartial(added + i, n);
                        V.MaxFast(V.Broadcast(floor), V.MultiplyAdd(V.LoadPartial(x + at + i, n), factor, r)).StorePartial(y + at + i, n);
                    }
                }
            }

            StreamingStores.Finish();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int Rows<V, TFactor>(int count, T* source, V s, T* gate, T* added, T* target)
            where V : struct, IVector<V, T>
            where TFactor : struct, IFactor
        {
            V least = V.Broadcast(floor);
            int i = 0;
            if (added is null)
            {
                for (; i <= count - V.Width; i += V.Width)
                {
                    TStore.Store(V.MaxFast(least, V.Load(source + i) * TFactor.Of(s, gate, i)), target + i, 0);
                }

                return i;
            }

            for (; i <= count - (2 * V.Width); i += 2 * V.Width)
            {
                V v0 = V.MultiplyAdd(V.Load(source + i), TFactor.Of(s, gate, i), V.Load(added + i));
                V v1 = V.MultiplyAdd(V.Load(source + i + V.Width), TFactor.Of(s, gate, i + V.Width), V.Load(added + i + V.Width));
                TStore.Store(V.MaxFast(least, v0), target + i, 0);
                TStore.Store(V.MaxFast(least, v1), target + i + V.Width, 0);
            }

            return i;
        }

        private interface IFactor
        {
            static abstract V Of<V>(V s, T* gate, int i)
                where V : struct, IVector<V, T>;
        }

        private readonly struct ByChannel : IFactor
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public static V Of<V>(V s, T* gate, int i)
                where V : struct, IVector<V, T> => s;
        }

        private readonly struct ByPosition : IFactor
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public static V Of<V>(V s, T* gate, int i)
                where V : struct, IVector<V, T> => s * V.Load(gate + i);
        }
    }
}
