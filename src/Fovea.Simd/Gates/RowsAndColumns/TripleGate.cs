using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Sweeps;

namespace Fovea.Simd.Gates;

/// <summary>
/// Maps scaled by the mean of three gates, one over channels and columns, one over channels and rows, one over positions, in one sweep
/// that never writes the factor; and all gradients in one more.
/// </summary>
public static unsafe class TripleGate
{
    private const double Third = 1.0 / 3;

    // Nothing is summed, so that slices only have to be long enough to be worth their handing out.
    private const int ScaleSlice = 16;

    /// <summary><c>y[n, c, i, j] = x[n, c, i, j] · (a[n, c, j] + b[n, c, i] + g[n, i, j]) / 3</c>.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    /// <param name="x">[images, channels, height, width].</param>
    /// <param name="a">[images, channels, width].</param>
    /// <param name="b">[images, channels, height].</param>
    /// <param name="g">[images, height, width].</param>
    /// <param name="y">As x, written; may be x or the residual itself.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <param name="end">What follows in the same sweep.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Scale<T>(
        int images, int channels, int height, int width, ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> g, Span<T> y,
        bool streaming = false, Epilogue<T> end = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "tripleGate";
        Check(Name, images, channels, height, width, x.Length, a.Length, b.Length, g.Length);
        Guard.Length(Name, "y", x.Length, y.Length);
        Guard.LengthOrEmpty(Name, "residual", x.Length, end.Residual.Length);
        fixed (T* xAt = x, aAt = a, bAt = b, gAt = g, yAt = y)
        {
            var sweep = new Sweep<T>(SweepTiles.SlicesOfPlanes(images, channels, height * width, ScaleSlice))
            {
                Width = width,
                X = xAt,
                Column = aAt,
                Row = bAt,
                P = gAt,
                Y = yAt,
            };
            sweep.Write<ScaleBody>(streaming, end);
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
        if (x.IsEmpty)
        {
            da.Clear();
            db.Clear();
            dg.Clear();
            return;
        }

        fixed (T* xAt = x, dyAt = dy, aAt = a, bAt = b, gAt = g, dxAt = dx, daAt = da, dbAt = db, dgAt = dg)
        {
            var sweep = new Sweep<T>(SweepTiles.SlicesOfPlanes(images, channels, height * width))
            {
                Width = width,
                X = xAt,
                G = dyAt,
                Column = aAt,
                Row = bAt,
                P = gAt,
                Columns = daAt,
                Rows = dbAt,
                Positions = dgAt,
                Y = dxAt,
            };
            sweep.Write<BackwardBody>(streaming: false);
        }
    }

    private static void Check(string name, int images, int channels, int height, int width, int x, int a, int b, int g)
    {
        Guard.Length(name, "x", (long)images * channels * height * width, x);
        Guard.Length(name, "a", (long)images * channels * width, a);
        Guard.Length(name, "b", (long)images * channels * height, b);
        Guard.Length(name, "g", (long)images * height * width, g);
    }

    private readonly struct ScaleBody : IReadsX, IReadsColumn, IReadsRow, IReadsP
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => o.X * ((o.Column + o.Row + o.P) * Lanewise.Number<V, T>(Third));
    }

    private readonly struct BackwardBody : IReadsX, IReadsG, IReadsColumn, IReadsRow, IReadsP, ISumsColumns, ISumsRows, ISumsPositions
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
        {
            V d = o.G * Lanewise.Number<V, T>(Third);
            V t = d * o.X;
            s.Column += t;
            s.Row += t;
            s.Position += t;
            return d * (o.Column + o.Row + o.P);
        }
    }
}
