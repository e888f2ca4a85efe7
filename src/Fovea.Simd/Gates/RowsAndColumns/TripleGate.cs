using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// Maps scaled by the mean of three gates, one over channels and columns, one over channels and rows, one over positions, in one sweep
/// that never writes the factor; and all gradients in one more.
/// </summary>
public static unsafe class TripleGate
{
    private const double Third = 1.0 / 3;

    /// <summary><c>y[n, c, i, j] = x[n, c, i, j] · (a[n, c, j] + b[n, c, i] + g[n, i, j]) / 3</c>.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    /// <param name="x">[images, channels, height, width].</param>
    /// <param name="a">[images, channels, width].</param>
    /// <param name="b">[images, channels, height].</param>
    /// <param name="g">[images, height, width].</param>
    /// <param name="y">As x, written; may be x itself.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Scale<T>(
        int images, int channels, int height, int width, ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> g, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "tripleGate";
        Check(Name, images, channels, height, width, x.Length, a.Length, b.Length, g.Length);
        Guard.Length(Name, "y", x.Length, y.Length);
        fixed (T* xAt = x, aAt = a, bAt = b, gAt = g, yAt = y)
        {
            var body = new ScaleBody<T>(channels, height, width, xAt, aAt, bAt, gAt, yAt);
            VectorLoop.For<ScaleBody<T>, T>(ref body, images * channels, PlanePartition.Grain(images * channels, height * width));
        }
    }

    /// <summary>The gradients of <see cref="Scale"/>: of x, and of each gate the sum over the axis that it lacks.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    /// <param name="x">[images, channels, height, width].</param>
    /// <param name="dy">As x.</param>
    /// <param name="a">[images, channels, width].</param>
    /// <param name="b">[images, channels, height].</param>
    /// <param name="g">[images, height, width].</param>
    /// <param name="dx">As x, written.</param>
    /// <param name="da">As a, written.</param>
    /// <param name="db">As b, written.</param>
    /// <param name="dg">As g, written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Backward<T>(
        int images, int channels, int height, int width, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> a, ReadOnlySpan<T> b,
        ReadOnlySpan<T> g, Span<T> dx, Span<T> da, Span<T> db, Span<T> dg)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "tripleGateBackward";
        Check(Name, images, channels, height, width, x.Length, a.Length, b.Length, g.Length);
        Guard.Length(Name, "dy", x.Length, dy.Length);
        Guard.Length(Name, "dx", x.Length, dx.Length);
        Guard.Length(Name, "da", a.Length, da.Length);
        Guard.Length(Name, "db", b.Length, db.Length);
        Guard.Length(Name, "dg", g.Length, dg.Length);
        var tiles = new GateTiles(images, channels, height * width);
        int count = images * tiles.Slices * height * width;
        AlignedBlock scratch = BlockPool.Rent((long)count * sizeof(T));
        fixed (T* xAt = x, dyAt = dy, aAt = a, bAt = b, gAt = g)
        fixed (T* dxAt = dx, daAt = da, dbAt = db, parts = scratch.AsSpan<T>(count))
        {
            var body = new BackwardBody<T>(tiles, height, width, xAt, dyAt, aAt, bAt, gAt, dxAt, daAt, dbAt, parts);
            VectorLoop.For<BackwardBody<T>, T>(ref body, images * tiles.Slices);
            GateParts.JoinSlices(tiles, new ReadOnlySpan<T>(parts, count), dg);
        }

        BlockPool.Return(scratch);
    }

    private static void Check(string name, int images, int channels, int height, int width, int x, int a, int b, int g)
    {
        Guard.Length(name, "x", (long)images * channels * height * width, x);
        Guard.Length(name, "a", (long)images * channels * width, a);
        Guard.Length(name, "b", (long)images * channels * height, b);
        Guard.Length(name, "g", (long)images * height * width, g);
    }

    private readonly struct ScaleBody<T>(int channels, int height, int width, T* x, T* a, T* b, T* g, T* y) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            V third = V.Broadcast(T.CreateTruncating(Third));
            for (int plane = from; plane < to; plane++)
            {
                T* columns = a + ((nint)plane * width);
                nint positions = (nint)height * width;
                for (int row = 0; row < height; row++)
                {
                    nint at = (plane * positions) + ((nint)row * width);
                    T* gate = g + (plane / channels * positions) + ((nint)row * width);
                    V s = V.Broadcast(b[((nint)plane * height) + row]);
                    int j = 0;
                    for (; j <= width - V.Width; j += V.Width)
                    {
                        V factor = (V.Load(columns + j) + s + V.Load(gate + j)) * third;
                        (V.Load(x + at + j) * factor).Store(y + at + j);
                    }

                    if (j < width)
                    {
                        int n = width - j;
                        V factor = (V.LoadPartial(columns + j, n) + s + V.LoadPartial(gate + j, n)) * third;
                        (V.LoadPartial(x + at + j, n) * factor).StorePartial(y + at + j, n);
                    }
                }
            }
        }
    }

    private readonly struct BackwardBody<T>(
        GateTiles tiles, int height, int width, T* x, T* dy, T* a, T* b, T* g, T* dx, T* da, T* db, T* parts) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int piece = from; piece < to; piece++)
            {
                (int image, int slice) = Math.DivRem(piece, tiles.Slices);
                T* sums = parts + ((nint)piece * tiles.Positions);
                new Span<T>(sums, tiles.Positions).Clear();
                int end = Math.Min(tiles.Channels, (slice + 1) * tiles.SliceLength);
                for (int c = slice * tiles.SliceLength; c < end; c++)
                {
                    Plane<V>(image, ((nint)image * tiles.Channels) + c, sums);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Plane<V>(int image, nint plane, T* sums)
            where V : struct, IVector<V, T>
        {
            V third = V.Broadcast(T.CreateTruncating(Third));
            T* columns = a + (plane * width);
            T* dColumns = da + (plane * width);
            new Span<T>(dColumns, width).Clear();
            for (int row = 0; row < height; row++)
            {
                nint inPlane = (nint)row * width;
                nint at = (plane * tiles.Positions) + inPlane;
                T* gate = g + ((nint)image * tiles.Positions) + inPlane;
                V s = V.Broadcast(b[(plane * height) + row]);
                V total = V.Zero;
                int j = 0;
                for (; j <= width - V.Width; j += V.Width)
                {
                    V d = V.Load(dy + at + j) * third;
                    V t = d * V.Load(x + at + j);
                    total += t;
                    (V.Load(dColumns + j) + t).Store(dColumns + j);
                    (V.Load(sums + inPlane + j) + t).Store(sums + inPlane + j);
                    (d * (V.Load(columns + j) + s + V.Load(gate + j))).Store(dx + at + j);
                }

                if (j < width)
                {
                    int n = width - j;
                    V d = V.LoadPartial(dy + at + j, n) * third;
                    V t = d * V.LoadPartial(x + at + j, n);
                    total += t;
                    (V.LoadPartial(dColumns + j, n) + t).StorePartial(dColumns + j, n);
                    (V.LoadPartial(sums + inPlane + j, n) + t).StorePartial(sums + inPlane + j, n);
                    (d * (V.LoadPartial(columns + j, n) + s + V.LoadPartial(gate + j, n))).StorePartial(dx + at + j, n);
                }

                db[(plane * height) + row] = V.Sum(total);
            }
        }
    }
}
