using System.Numerics;

namespace Fovea.Simd.Gates;

/// <summary>Puts together what pieces of a sweep summed apart, in the pieces' order.</summary>
internal static class GateParts
{
    /// <summary><c>to[plane] = Σ_strips parts[plane, strip]</c>.</summary>
    public static void JoinStrips<T>(in GateTiles tiles, ReadOnlySpan<T> parts, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int strips = tiles.Strips;
        if (strips == 1)
        {
            parts.CopyTo(to);
            return;
        }

        for (int plane = 0; plane < to.Length; plane++)
        {
            T sum = T.Zero;
            foreach (T part in parts.Slice(plane * strips, strips))
            {
                sum += part;
            }

            to[plane] = sum;
        }
    }

    /// <summary><c>to[image, i] = Σ_slices parts[image, slice, i]</c>.</summary>
    public static void JoinSlices<T>(in GateTiles tiles, ReadOnlySpan<T> parts, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int positions = tiles.Positions;
        if (tiles.Slices == 1)
        {
            parts.CopyTo(to);
            return;
        }

        for (int image = 0; image < tiles.Images; image++)
        {
            Span<T> sum = to.Slice(image * positions, positions);
            ReadOnlySpan<T> first = parts.Slice(image * tiles.Slices * positions, tiles.Slices * positions);
            Drivers.Zip.Run(first[..positions], first.Slice(positions, positions), sum, default(Functions.Add));
            for (int slice = 2; slice < tiles.Slices; slice++)
            {
                Drivers.Zip.Run(sum, first.Slice(slice * positions, positions), sum, default(Functions.Add));
            }
        }
    }
}
