using System.Numerics;
using Fovea.Simd.Functions;

namespace Fovea.Simd.Drivers;

/// <summary>The sum of two gradients: the one loop that the tape itself needs.</summary>
public static class Accumulate
{
    /// <summary><c>z = x + y</c>, element by element; z may be x or y.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Add<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Zip.Run(x, y, z, default(Add));
}
