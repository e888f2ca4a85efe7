using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Sweeps;

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
        if (x.IsEmpty)
        {
            dot.Clear();
            return;
        }

        fixed (T* xAt = x, meanAt = mean, maxAt = max, placesAt = places, dotAt = dot)
        {
            var sweep = new Sweep<T>(SweepTiles.SlicesAndStrips(images, channels, positions))
            {
                X = xAt,
                P = meanAt,
                Q = maxAt,
                R = placesAt,
                Planes = dotAt,
            };
            sweep.Sum<DotBody>();
        }
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
        fixed (T* dyAt = dy, gateAt = gate, meanAt = mean, maxAt = max, placesAt = places, scaleAt = scale, shiftAt = shift, dxAt = dx)
        {
            var sweep = new Sweep<T>(SweepTiles.SlicesAndStrips(images, channels, positions))
            {
                X = dyAt,
                A = scaleAt,
                B = shiftAt,
                P = meanAt,
                Q = maxAt,
                R = placesAt,
                S = gateAt,
                Y = dxAt,
            };
            sweep.Write<ScaleBody>(streaming);
        }
    }

    private static void Check(string name, int images, int channels, int positions, int x, int mean, int max, int places)
    {
        Guard.Length(name, "x", (long)images * channels * positions, x);
        Guard.Length(name, "mean", (long)images * positions, mean);
        Guard.Length(name, "max", mean, max);
        Guard.Length(name, "places", mean, places);
    }

    private readonly struct DotBody : IReadsX, IReadsP, IReadsQ, IReadsR, IReadsIndex, ISumsPlanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
        {
            s.Plane = V.MultiplyAdd(o.X, o.P + (V.Equal(o.R, o.Index) & o.Q), s.Plane);
            return o.X;
        }
    }

    private readonly struct ScaleBody : IReadsX, IReadsA, IReadsB, IReadsP, IReadsQ, IReadsR, IReadsS, IReadsIndex
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
        {
            V du = V.MultiplyAdd(o.X, o.S, o.P + (V.Equal(o.R, o.Index) & o.Q));
            return V.MultiplyAdd(du, o.A, o.B);
        }
    }
}
