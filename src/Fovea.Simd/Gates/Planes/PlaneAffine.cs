using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Sweeps;

namespace Fovea.Simd.Gates;

/// <summary>Scales every plane by a number of its own and adds another: what a channel gate does, and what its gradient needs.</summary>
public static unsafe class PlaneAffine
{
    /// <summary><c>y[p, i] = x[p, i] · scale[p] + shift[p]</c>, rounded once where the machine has FMA, and what follows it.</summary>
    /// <param name="planes">Number of planes.</param>
    /// <param name="positions">Numbers in a plane.</param>
    /// <param name="x">[planes, positions].</param>
    /// <param name="scale">[planes], or empty for 1.</param>
    /// <param name="shift">[planes], or empty for nothing to add.</param>
    /// <param name="y">[planes, positions], written; may be x or the residual itself.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <param name="end">What follows in the same sweep.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(
        int planes, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, Span<T> y, bool streaming = false,
        Epilogue<T> end = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeAffine";
        Guard.Length(Name, "x", (long)planes * positions, x.Length);
        Guard.Length(Name, "y", x.Length, y.Length);
        Guard.LengthOrEmpty(Name, "scale", planes, scale.Length);
        Guard.LengthOrEmpty(Name, "shift", planes, shift.Length);
        Guard.LengthOrEmpty(Name, "residual", x.Length, end.Residual.Length);
        fixed (T* xAt = x, scaleAt = scale, shiftAt = shift, yAt = y)
        {
            var sweep = new Sweep<T>(SweepTiles.Planes(planes, positions)) { X = xAt, A = scaleAt, B = shiftAt, Y = yAt };
            sweep.Write<MapAffine>(streaming, end);
        }
    }
}
