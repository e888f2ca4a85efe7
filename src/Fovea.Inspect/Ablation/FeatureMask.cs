namespace Fovea.Inspect;

/// <summary>What stands where features were masked.</summary>
public enum AblationFill
{
    /// <summary>Zero.</summary>
    Zero,

    /// <summary>The channel's mean over the positions of the picture.</summary>
    Mean,
}

/// <summary>Numbers of a layer's output that are masked: 1 where they are, 0 elsewhere, of a shape that broadcasts to it.</summary>
internal sealed class FeatureMask
{
    private readonly Tensor _masked;
    private readonly int[] _positions;

    private FeatureMask(int[] shape, Func<int, bool> isMasked, int[] positions, DType dtype)
    {
        float[] masked = new float[shape.Aggregate(1, static (product, length) => product * length)];
        for (int i = 0; i < masked.Length; i++)
        {
            masked[i] = isMasked(i) ? 1 : 0;
        }

        (_masked, _positions) = (Tensor.From(masked, new Shape(shape)).To(dtype), positions);
    }

    /// <summary>One channel of [N, C, …], or of tokens [N, L, C].</summary>
    public static FeatureMask OfChannel(string site, Tensor y, int channel)
    {
        if (y.Rank is < 2 or > 5)
        {
            throw new OptionException("ablation", $"{site} gives {y.Shape}, which has no channels; choose a layer of maps or tokens.");
        }

        int axis = y.Rank == 3 ? 2 : 1;
        if (channel < 0 || channel >= y.Shape[axis])
        {
            throw new OptionException("ablation", $"{site}: channel: expected 0 … {y.Shape[axis] - 1}, got {channel}.");
        }

        int[] shape = [.. Enumerable.Repeat(1, y.Rank)];
        shape[axis] = y.Shape[axis];
        return new FeatureMask(shape, i => i == channel, [.. Enumerable.Range(1, y.Rank - 1).Where(a => a != axis)], y.DType);
    }

    /// <summary>Cells of a layer in all channels.</summary>
    public static FeatureMask OfRegion(GridLayer layer, Tensor y, GridCells region)
    {
        Check(layer.Name, region, layer.Height, layer.Width);
        return layer.Tokens
            ? new FeatureMask([1, y.Shape[1], 1], i => i >= layer.Prefix && Contains(region, (i - layer.Prefix) / layer.Width, (i - layer.Prefix) % layer.Width), [1], y.DType)
            : new FeatureMask([1, 1, layer.Height, layer.Width], i => Contains(region, i / layer.Width, i % layer.Width), [2, 3], y.DType);
    }

    /// <summary>Whether a cell lies in a region.</summary>
    public static bool Contains(GridCells region, int y, int x) => y >= region.Y && y - region.Y < region.Height && x >= region.X && x - region.X < region.Width;

    /// <summary>Refuses a region that does not lie on a grid.</summary>
    /// <exception cref="OptionException">It does not.</exception>
    public static void Check(string subject, GridCells region, int height, int width)
    {
        if (region.Y < 0 || region.X < 0 || region.Height < 1 || region.Width < 1 || region.Y > height - region.Height || region.X > width - region.Width)
        {
            throw new OptionException("ablation", $"{subject}: expected a region within {height} rows and {width} columns, got rows and columns {Words(region)}.");
        }
    }

    /// <summary>Such as <c>2…5, 0…3</c>: rows, then columns.</summary>
    public static string Words(GridCells region) => $"{region.Y}…{region.Y + region.Height - 1}, {region.X}…{region.X + region.Width - 1}";

    /// <summary>The output with what is masked filled.</summary>
    public Tensor Fill(Tensor y, AblationFill fill)
    {
        Tensor kept = y * (1 - _masked);
        return fill == AblationFill.Zero || _positions.Length == 0 ? kept : kept + (y.Mean(_positions, keepDim: true) * _masked);
    }
}
