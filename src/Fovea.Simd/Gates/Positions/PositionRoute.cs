using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// The backward of <see cref="PositionPool"/>: every channel gets the mean's part of a position's gradient, and the channel at the
/// position's place the maximum's. That gradient, <c>r[c, i] = mean[i] + (place[i] = c ? max[i] : 0)</c>, is made where it is used and
/// never written.
/// </summary>
public static unsafe class PositionRoute
{
    /// <summary><c>dot[n, c] = Σ_i x[n, c, i] · r[n, c, i]</c>.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="mean">[images, positions]: the gradient of each position's mean, divided by the channels.</param>
    /// <param name="max">[images, positions]: the gradient of each position's maximum.</param>
    /// <param name="places">[images, positions]: the maximum's channel, as a number.</param>
    /// <param name="dot">[images, channels], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Dot<T>(
        int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> mean, ReadOnlySpan<T> max, ReadOnlySpan<T> places, Span<T> dot)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "positionRouteDot";
        Check(Name, images, channels, positions, x.Length, mean.Length, max.Length, places.Length);
        Guard.Length(Name, "dot", (long)images * channels, dot.Length);
        var tiles = new GateTiles(images, channels, positions);
        int count = images * channels * tiles.Strips;
        AlignedBlock scratch = BlockPool.Rent((long)count * sizeof(T));
        fixed (T* xAt = x, meanAt = mean, maxAt = max, placesAt = places, parts = scratch.AsSpan<T>(count))
        {
            var body = new DotBody<T>(tiles, xAt, meanAt, maxAt, placesAt, parts);
            VectorLoop.For<DotBody<T>, T>(ref body, tiles.Pieces, tiles.Grain);
            GateParts.JoinStrips(tiles, new ReadOnlySpan<T>(parts, count), dot);
        }

        BlockPool.Return(scratch);
    }

    /// <summary><c>dx[n, c, i] = (dy[n, c, i] · gate[n, i] + r[n, c, i]) · scale[n, c] + shift[n, c]</c>.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="dy">[images, channels, positions].</param>
    /// <param name="gate">[images, positions].</param>
    /// <param name="mean">[images, positions]: the gradient of each position's mean, divided by the channels.</param>
    /// <param name="max">[images, positions]: the gradient of each position's maximum.</param>
    /// <param name="places">[images, positions]: the maximum's channel, as a number.</param>
    /// <param name="scale">[images, channels], or empty for 1.</param>
    /// <param name="shift">[images, channels], or empty for 0.</param>
    /// <param name="dx">As dy, written; may be dy itself.</param>
    /// <param name="streaming">Whether dx is better written past the caches.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Scale<T>(
        int images, int channels, int positions, ReadOnlySpan<T> dy, ReadOnlySpan<T> gate, ReadOnlySpan<T> mean, ReadOnlySpan<T> max,
        ReadOnlySpan<T> places, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, Span<T> dx, bool streaming)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "positionRouteScale";
        Check(Name, images, channels, positions, dy.Length, mean.Length, max.Length, places.Length);
        Guard.Length(Name, "gate", mean.Length, gate.Length);
        Guard.LengthOrEmpty(Name, "scale", (long)images * channels, scale.Length);
        Guard.LengthOrEmpty(Name, "shift", (long)images * channels, shift.Length);
        Guard.Length(Name, "dx", dy.Length, dx.Length);
        var tiles = new GateTiles(images, channels, positions);
        fixed (T* dyAt = dy, gateAt = gate, meanAt = mean, maxAt = max, placesAt = places, scaleAt = scale, shiftAt = shift, dxAt = dx)
        {
            if (streaming && StreamingStores.Aligned(dxAt, positions))
            {
                var past = new ScaleBody<FullVectorStreaming, T>(tiles, dyAt, gateAt, meanAt, maxAt, placesAt, scaleAt, shiftAt, dxAt);
                VectorLoop.For<ScaleBody<FullVectorStreaming, T>, T>(ref past, tiles.Pieces, tiles.Grain);
                return;
            }

            var body = new ScaleBody<FullVector, T>(tiles, dyAt, gateAt, meanAt, maxAt, placesAt, scaleAt, shiftAt, dxAt);
            VectorLoop.For<ScaleBody<FullVector, T>, T>(ref body, tiles.Pieces, tiles.Grain);
        }
    }

    private static void Check(string name, int images, int channels, int positions, int x, int mean, int max, int places)
    {
        Guard.Length(name, "x", (long)images * channels * positions, x);
        Guard.Length(name, "mean", (long)images * positions, mean);
        Guard.Length(name, "max", mean, max);
        Guard.Length(name, "places", mean, places);
    }

    private readonly struct DotBody<T>(GateTiles tiles, T* x, T* mean, T* max, T* places, T* parts) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int piece = from; piece < to; piece++)
            {
                GateTile tile = tiles.Tile(piece);
                nint position = ((nint)tile.Image * tiles.Positions) + tile.Position;
                for (int c = 0; c < tile.ChannelCount; c += 2)
                {
                    bool pair = c + 1 < tile.ChannelCount;
                    nint plane = ((nint)tile.Image * tiles.Channels) + tile.Channel + c;
                    T* x0 = x + (plane * tiles.Positions) + tile.Position;
                    T* x1 = pair ? x0 + tiles.Positions : x0;
                    V c0 = V.Broadcast(T.CreateTruncating(tile.Channel + c));
                    V c1 = V.Broadcast(T.CreateTruncating(tile.Channel + c + 1));
                    V sum0 = V.Zero, sum1 = V.Zero;
                    for (int i = 0; i < tile.PositionCount; i += V.Width)
                    {
                        int n = Math.Min(V.Width, tile.PositionCount - i);
                        V m = V.LoadPartial(mean + position + i, n);
                        V t = V.LoadPartial(max + position + i, n);
                        V p = V.LoadPartial(places + position + i, n);
                        sum0 = V.MultiplyAdd(V.LoadPartial(x0 + i, n), m + (V.Equal(p, c0) & t), sum0);
                        sum1 = V.MultiplyAdd(V.LoadPartial(x1 + i, n), m + (V.Equal(p, c1) & t), sum1);
                    }

                    T* part = parts + (plane * tiles.Strips) + tile.Strip;
                    part[0] = V.Sum(sum0);
                    if (pair)
                    {
                        part[tiles.Strips] = V.Sum(sum1);
                    }
                }
            }
        }
    }

    private readonly struct ScaleBody<TStore, T>(
        GateTiles tiles, T* dy, T* gate, T* mean, T* max, T* places, T* scale, T* shift, T* dx) : IVectorBody<T>
        where TStore : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int piece = to - 1; piece >= from; piece--)
            {
                GateTile tile = tiles.Tile(piece);
                nint position = ((nint)tile.Image * tiles.Positions) + tile.Position;
                int whole = tile.PositionCount - (tile.PositionCount % V.Width);
                for (int c = tile.ChannelCount - 1; c >= 0; c--)
                {
                    nint plane = ((nint)tile.Image * tiles.Channels) + tile.Channel + c;
                    nint at = (plane * tiles.Positions) + tile.Position;
                    V channel = V.Broadcast(T.CreateTruncating(tile.Channel + c));
                    V s = V.Broadcast(scale is null ? T.One : scale[plane]);
                    V k = V.Broadcast(shift is null ? T.Zero : shift[plane]);
                    for (int i = 0; i < whole; i += V.Width)
                    {
                        Step<V, FullVector, TStore>(position + i, at + i, 0, channel, s, k);
                    }

                    if (whole < tile.PositionCount)
                    {
                        Step<V, PartialVector, PartialVector>(position + whole, at + whole, tile.PositionCount - whole, channel, s, k);
                    }
                }
            }

            StreamingStores.Finish();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Step<V, TRead, TWrite>(nint position, nint at, int n, V channel, V s, V k)
            where V : struct, IVector<V, T>
            where TRead : struct, ITail
            where TWrite : struct, ITail
        {
            V routed = V.Equal(TRead.Load<V, T>(places + position, n), channel) & TRead.Load<V, T>(max + position, n);
            V du = V.MultiplyAdd(
                TRead.Load<V, T>(dy + at, n), TRead.Load<V, T>(gate + position, n), TRead.Load<V, T>(mean + position, n) + routed);
            TWrite.Store(V.MultiplyAdd(du, s, k), dx + at, n);
        }
    }
}
