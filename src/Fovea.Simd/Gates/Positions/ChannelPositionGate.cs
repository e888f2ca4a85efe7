using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Sweeps;

namespace Fovea.Simd.Gates;

/// <summary>Planes scaled by a number for each channel and one for each position together, and what the gradients need, in one sweep.</summary>
public static unsafe class ChannelPositionGate
{
    // One row of gates is all that has to stay in the first-level cache where nothing is summed: planes of 64 × 64 are read from end to end,
    // larger ones in strips that leave room for what is fetched ahead.
    private const int LongestRead = 4096;

    /// <summary><c>y[n, c, i] = x[n, c, i] · factor(a[n, c], b[n, i])</c>, and what follows it.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="a">[images, channels], or empty for 1.</param>
    /// <param name="b">[images, positions].</param>
    /// <param name="y">As x, written; may be x or the residual itself.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <param name="end">What follows in the same sweep.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Scale<TForm, T>(
        int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, bool streaming,
        Epilogue<T> end = default)
        where TForm : struct, IGateForm
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "positionGate";
        Check(Name, images, channels, positions, x.Length, a.Length, b.Length);
        Guard.Length(Name, "y", x.Length, y.Length);
        Guard.LengthOrEmpty(Name, "residual", x.Length, end.Residual.Length);
        int longest = positions <= LongestRead ? LongestRead : SweepTiles.StripLimit;
        fixed (T* xAt = x, aAt = a, bAt = b, yAt = y)
        {
            var sweep = new Sweep<T>(SweepTiles.SlicesAndStrips(images, channels, positions, longest)) { X = xAt, A = aAt, P = bAt, Y = yAt };
            sweep.Write<ScaleBody<TForm>>(streaming, end);
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
        if (x.IsEmpty)
        {
            da.Clear();
            db.Clear();
            return;
        }

        fixed (T* xAt = x, dyAt = dy, aAt = a, bAt = b, daAt = da, dbAt = db, dxAt = dx)
        {
            var sweep = new Sweep<T>(SweepTiles.SlicesAndStrips(images, channels, positions))
            {
                X = xAt,
                G = dyAt,
                A = aAt,
                P = bAt,
                Planes = daAt,
                Positions = dbAt,
                Y = dxAt,
            };
            if (dx.IsEmpty)
            {
                sweep.Sum<BackwardBody<TForm>>();
            }
            else
            {
                sweep.Write<BackwardBody<TForm>>(streaming);
            }
        }
    }

    private static void Check(string name, int images, int channels, int positions, int x, int a, int b)
    {
        Guard.Length(name, "x", (long)images * channels * positions, x);
        Guard.LengthOrEmpty(name, "a", (long)images * channels, a);
        Guard.Length(name, "b", (long)images * positions, b);
    }

    private readonly struct ScaleBody<TForm> : IReadsX, IReadsA, IReadsP
        where TForm : struct, IGateForm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => o.X * TForm.Factor<V, T>(o.A, o.P);
    }

    private readonly struct BackwardBody<TForm> : IReadsX, IReadsG, IReadsA, IReadsP, ISumsPlanes, ISumsPositions
        where TForm : struct, IGateForm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
        {
            V factor = TForm.Derivatives<V, T>(o.A, o.P, out V byA, out V byB);
            V t = o.G * o.X;
            s.Plane = V.MultiplyAdd(t, byA, s.Plane);
            s.Position = V.MultiplyAdd(t, byB, s.Position);
            return o.G * factor;
        }
    }
}
