using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Reductions;

namespace Fovea.Simd.Attention;

/// <summary>
/// Point-wise spatial attention from over-completed maps: position i owns a map of MaskHeight × MaskWidth cells around itself,
/// <c>H_i[d]</c>. Collecting, target i takes from source i + d; distributing, source i gives to target i + d.
/// <c>z[c, t] = scale · Σ_s A[s, t] · x[c, s]</c> with A the logits, or their softmax over all sources of a target.
/// </summary>
/// <remarks>
/// The N×N matrix A is never stored. Tile by tile, the weights of the pairs within the windows are put into a panel, and a matrix
/// product applies it; sources outside a window all have the same weight, so that they need no more than the sum of all features.
/// </remarks>
public static unsafe class Pointwise
{
    /// <summary>The forward pass.</summary>
    /// <param name="shape">Sizes and rules.</param>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="maps">[N, MaskHeight · MaskWidth, H, W].</param>
    /// <param name="scale">Factor of the result.</param>
    /// <param name="z">As x; must not overlap it.</param>
    /// <param name="statistics">
    /// [3, N, H, W]: each target's largest logit, one over the sum of the exponentials, and the weight of a source outside the window; 0, 1
    /// and 0 without softmax.
    /// </param>
    /// <exception cref="ArgumentException">A length does not fit, or the window's sides are not odd.</exception>
    public static void Forward<T>(in PointwiseShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> maps, T scale, Span<T> z, Span<T> statistics)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "pointwise";
        Check(Name, shape, x, maps, statistics);
        Guard.Length(Name, "z", shape.Features, z.Length);
        if (statistics.IsEmpty)
        {
            return;
        }

        int rows = shape.Batch * shape.Channels;
        using var sums = new Scratch<T>(rows);
        fixed (T* xAt = x, mapsAt = maps, zAt = z, sAt = statistics)
        {
            int targets = statistics.Length / 3;
            T* inverse = sAt + targets;
            T* background = inverse + targets;
            if (shape.Softmax)
            {
                var body = new PointwiseStatistics<T>(shape, mapsAt, sAt, inverse, background);
                VectorLoop.For<PointwiseStatistics<T>, T>(ref body, shape.Batch * shape.Height, VectorLoop.Grain(8L * shape.Cells * shape.Width));
            }
            else
            {
                new Span<T>(sAt, 3 * targets).Clear();
                new Span<T>(inverse, targets).Fill(T.One);
            }

            if (shape.HasSums)
            {
                Reduction.Sum(rows, shape.Positions, 1, x, new Span<T>(sums.At, rows));
            }

            var panel = new PointwisePanel<T>(shape, mapsAt, sAt, inverse, background, scale);
            var product = new PointwiseProduct<T>(shape, panel, true, xAt, zAt, sums.At);
            VectorLoop.For<PointwiseProduct<T>, T>(ref product, shape.Batch * shape.Tiles, VectorLoop.Grain(shape.TileWork));
        }
    }

    /// <summary>The backward pass.</summary>
    /// <param name="shape">Sizes and rules.</param>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="maps">[N, MaskHeight · MaskWidth, H, W].</param>
    /// <param name="scale">Factor of the result.</param>
    /// <param name="z">The forward pass's result (not read without softmax).</param>
    /// <param name="statistics">From the forward pass.</param>
    /// <param name="dz">The gradient of z.</param>
    /// <param name="dx">As x, or empty when it is not wanted.</param>
    /// <param name="dmaps">As maps, or empty.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the window's sides are not odd.</exception>
    public static void Backward<T>(
        in PointwiseShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> maps, T scale, ReadOnlySpan<T> z, ReadOnlySpan<T> statistics,
        ReadOnlySpan<T> dz, Span<T> dx, Span<T> dmaps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "pointwiseBackward";
        Check(Name, shape, x, maps, statistics);
        Guard.LengthOrEmpty(Name, "z", shape.Features, z.Length);
        Guard.Length(Name, "dz", shape.Features, dz.Length);
        Guard.LengthOrEmpty(Name, "dx", shape.Features, dx.Length);
        Guard.LengthOrEmpty(Name, "dmaps", shape.Maps, dmaps.Length);
        if (statistics.IsEmpty || shape.Channels == 0)
        {
            dmaps.Clear();
            return;
        }

        fixed (T* xAt = x, mapsAt = maps, sAt = statistics, dzAt = dz, dxAt = dx, dmapsAt = dmaps)
        {
            var panel = new PointwisePanel<T>(shape, mapsAt, sAt, sAt + (statistics.Length / 3), sAt + (2 * (statistics.Length / 3)), scale);
            if (!dx.IsEmpty)
            {
                FeatureGradient(shape, panel, dz, dzAt, dxAt);
            }

            if (!dmaps.IsEmpty)
            {
                // Σ_s A·dA of a target is its Σ_c dz·z.
                using var dots = new Scratch<T>(shape.Batch * shape.Positions);
                if (shape.Softmax)
                {
                    Reduction.SumOfProducts(shape.Batch, shape.Channels, shape.Positions, dz, z, new Span<T>(dots.At, shape.Batch * shape.Positions));
                }

                // Cells that lead out of the map belong to no pair.
                Fill.Run(dmaps, T.Zero);
                var body = new PointwiseMapGradient<T>(shape, panel, xAt, dzAt, dots.At, dmapsAt);
                VectorLoop.For<PointwiseMapGradient<T>, T>(ref body, shape.Batch * shape.Tiles, VectorLoop.Grain(shape.TileWork));
            }
        }
    }

    private static void FeatureGradient<T>(in PointwiseShape shape, in PointwisePanel<T> panel, ReadOnlySpan<T> dz, T* dzAt, T* dxAt)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int c = shape.Channels, hw = shape.Positions;
        using var sums = new Scratch<T>((long)shape.Batch * c);
        if (shape.HasSums)
        {
            using var outside = new Scratch<T>(hw);
            for (int map = 0; map < shape.Batch; map++)
            {
                panel.Background((nint)map * hw, hw, outside.At);
                Product.Run(false, false, c, 1, hw, dzAt + ((nint)map * c * hw), hw, outside.At, 1, sums.At + ((nint)map * c), 1);
            }
        }

        var product = new PointwiseProduct<T>(shape, panel, false, dzAt, dxAt, sums.At);
        VectorLoop.For<PointwiseProduct<T>, T>(ref product, shape.Batch * shape.Tiles, VectorLoop.Grain(shape.TileWork));
    }

    private static void Check<T>(string name, in PointwiseShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> maps, ReadOnlySpan<T> statistics)
        where T : unmanaged
    {
        if (shape.Batch < 0 || shape.Channels < 0 || shape.Height < 0 || shape.Width < 0)
        {
            Guard.Fail(name, $"expected sizes of at least 0, got {shape}");
        }

        if (shape.MaskHeight < 1 || shape.MaskWidth < 1 || shape.MaskHeight % 2 == 0 || shape.MaskWidth % 2 == 0)
        {
            Guard.Fail(name, $"expected a window of odd sides, got {shape.MaskHeight} × {shape.MaskWidth}");
        }

        Guard.Length(name, "x [N, C, H, W]", shape.Features, x.Length);
        Guard.Length(name, "maps [N, MaskHeight · MaskWidth, H, W]", shape.Maps, maps.Length);
        Guard.Length(name, "statistics [3, N, H, W]", shape.Statistics, statistics.Length);
    }
}
