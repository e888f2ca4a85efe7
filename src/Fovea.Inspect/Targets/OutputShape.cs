namespace Fovea.Inspect;

/// <summary>What targets ask of a model's output.</summary>
internal static class OutputShape
{
    /// <exception cref="ShapeException">The output has other axes, or no such class.</exception>
    public static void Check(string target, Tensor output, int rank, int? known = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        string expected = rank == 2 ? "an output [N, classes]" : "an output [N, classes, H, W]";
        if (output.Rank != rank)
        {
            throw new ShapeException(target, expected, output.Shape.ToString(), rank == 2
                ? "of a segmentation ask for a pixel or a mask"
                : "of a classifier ask for a class");
        }

        if (known < 0 || known >= output.Shape[1])
        {
            throw new ShapeException(target, $"{expected} with a class {known}", output.Shape.ToString(), "classes count from 0");
        }
    }

    /// <summary>Where the largest number is; the first of several.</summary>
    public static int Largest(Tensor scores)
    {
        double[] values = scores.To(DType.Float64).ToArray<double>();
        return Array.IndexOf(values, values.Max());
    }
}
