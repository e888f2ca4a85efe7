using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

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
    /// <param name="a">[images, channels], or empty: 1 without b, else 0.</param>
    /// <param name="b">[images, positions], or empty for 0.</param>
    /// <param name="t">[images, channels], or empty for 0.</param>
    /// <param name="u">[images, channels], or empty for 0.</param>
    /// <param name="v">[images, positions], or empty together with u.</param>
    /// <param name="w">[channels], or empty for 0.</param>
    /// <param name="z">[images, positions], or empty together with w.</param>
    /// <param name="y">As x, written; may be x itself.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(
        int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> t,
        ReadOnlySpan<T> u, ReadOnlySpan<T> v, ReadOnlySpan<T> w, ReadOnlySpan<T> z, Span<T> y, bool streaming)
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
        var tiles = new BlockTiles(images, channels, positions, sizeof(T));
        fixed (T* xAt = x, aAt = a, bAt = b, tAt = t, uAt = u, vAt = v, wAt = w, zAt = z, yAt = y)
        {
            var job = new Job<T> { Tiles = tiles, X = xAt, A = aAt, B = bAt, Shift = tAt, U = uAt, V = vAt, W = wAt, Z = zAt, Y = yAt };
            if (streaming && StreamingStores.Aligned(yAt, positions))
            {
                Pick<FullVectorStreaming, T>(job);
            }
            else
            {
                Pick<FullVector, T>(job);
            }
        }
    }

    private static void Pick<TStore, T>(in Job<T> job)
        where TStore : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (job.U is not null && job.W is not null)
        {
            Start<On, On, TStore, T>(job);
        }
        else if (job.U is not null)
        {
            Start<On, Off, TStore, T>(job);
        }
        else if (job.W is not null)
        {
            Start<Off, On, TStore, T>(job);
        }
        else
        {
            Start<Off, Off, TStore, T>(job);
        }
    }

    private static void Start<TFirst, TSecond, TStore, T>(in Job<T> job)
        where TFirst : struct, ISwitch
        where TSecond : struct, ISwitch
        where TStore : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (job.B is not null)
        {
            var both = new Body<On, TFirst, TSecond, TStore, T>(job);
            VectorLoop.For<Body<On, TFirst, TSecond, TStore, T>, T>(ref both, job.Tiles.Pieces, job.Tiles.Grain);
        }
        else
        {
            var channel = new Body<Off, TFirst, TSecond, TStore, T>(job);
            VectorLoop.For<Body<Off, TFirst, TSecond, TStore, T>, T>(ref channel, job.Tiles.Pieces, job.Tiles.Grain);
        }
    }

    private interface ISwitch
    {
        static abstract bool IsOn { get; }
    }

    private readonly struct On : ISwitch
    {
        public static bool IsOn => true;
    }

    private readonly struct Off : ISwitch
    {
        public static bool IsOn => false;
    }

    private struct Job<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public BlockTiles Tiles;
        public T* X;
        public T* A;
        public T* B;
        public T* Shift;
        public T* U;
        public T* V;
        public T* W;
        public T* Z;
        public T* Y;
    }

    private readonly struct Body<TPosition, TFirst, TSecond, TStore, T>(Job<T> job) : IVectorBody<T>
        where TPosition : struct, ISwitch
        where TFirst : struct, ISwitch
        where TSecond : struct, ISwitch
        where TStore : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            // From the last piece back: the sweep before went forward, and its end is what the cache still holds.
            for (int piece = to - 1; piece >= from; piece--)
            {
                Block<V>(job.Tiles.Tile(piece));
            }

            StreamingStores.Finish();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Block<V>(in BlockTile tile)
            where V : struct, IVector<V, T>
        {
            nint positions = job.Tiles.Positions;
            nint at = (tile.Image * positions) + tile.Position;
            T* b = job.B + at, v = job.V + at, z = job.Z + at;
            int whole = tile.Count - (tile.Count % V.Width);
            for (int c = 0; c < job.Tiles.Channels; c++)
            {
                nint plane = ((nint)tile.Image * job.Tiles.Channels) + c;
                T* x = job.X + (plane * positions) + tile.Position;
                T* y = job.Y + (plane * positions) + tile.Position;
                T* next = x + (2 * positions);
                V a = V.Broadcast(job.A is not null ? job.A[plane] : TPosition.IsOn ? T.Zero : T.One);
                V t = V.Broadcast(job.Shift is null ? T.Zero : job.Shift[plane]);
                V u = V.Broadcast(TFirst.IsOn ? job.U[plane] : T.Zero);
                V w = V.Broadcast(TSecond.IsOn ? job.W[c] : T.Zero);
                int i = 0;
                for (; i <= whole - (2 * V.Width); i += 2 * V.Width)
                {
                    Prefetch.Line(next + i);
                    Prefetch.Line(next + i + V.Width);
                    V first = Step<V, FullVector>(x, b, v, z, i, 0, a, t, u, w);
                    V second = Step<V, FullVector>(x, b, v, z, i + V.Width, 0, a, t, u, w);
                    TStore.Store(first, y + i, 0);
                    TStore.Store(second, y + i + V.Width, 0);
                }

                for (; i < tile.Count; i += V.Width)
                {
                    int n = Math.Min(V.Width, tile.Count - i);
                    Step<V, PartialVector>(x, b, v, z, i, n, a, t, u, w).StorePartial(y + i, n);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Step<V, TTail>(T* x, T* b, T* v, T* z, int i, int n, V a, V t, V u, V w)
            where V : struct, IVector<V, T>
            where TTail : struct, ITail
        {
            V sum = t;
            if (TFirst.IsOn)
            {
                sum = V.MultiplyAdd(TTail.Load<V, T>(v + i, n), u, sum);
            }

            if (TSecond.IsOn)
            {
                sum = V.MultiplyAdd(TTail.Load<V, T>(z + i, n), w, sum);
            }

            V factor = TPosition.IsOn ? a + TTail.Load<V, T>(b + i, n) : a;
            return V.MultiplyAdd(TTail.Load<V, T>(x + i, n), factor, sum);
        }
    }
}
