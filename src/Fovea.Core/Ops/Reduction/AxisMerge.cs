namespace Fovea;

/// <summary>Reductions of several axes by those that are written for one: the axes are brought together and merged.</summary>
internal static class AxisMerge
{
    /// <summary>Reduces the axes (null for all) by <paramref name="reduce"/>, which reduces one axis and drops it.</summary>
    public static Tensor Apply(string operation, Tensor x, int[]? dim, bool keepDim, Func<Tensor, int, Tensor> reduce)
    {
        var axes = ReductionAxes.Of(operation, x, dim, keepDim);
        if (axes.Axes.Length == 0)
        {
            return reduce(x.Reshape([.. x.Shape.Lengths, 1]), x.Rank);
        }

        int first = axes.Axes[0];
        bool together = axes.Axes[^1] - first == axes.Axes.Length - 1;
        Tensor moved = x;
        if (!together)
        {
            int[] kept = [.. Enumerable.Range(0, x.Rank).Except(axes.Axes)];
            moved = x.Permute([.. kept, .. axes.Axes]);
            first = kept.Length;
        }

        int after = first + axes.Axes.Length;
        Tensor merged = moved.Reshape([.. moved.Shape.Lengths[..first], moved.Shape.Product(first, after), .. moved.Shape.Lengths[after..]]);
        return reduce(merged, first).Reshape(axes.Infer(operation, x.Shape).Lengths);
    }
}
