using Fovea.Simd.Broadcasting;

namespace Fovea;

/// <summary>NumPy's rule for operands of different shapes, with the error that says which axis breaks it.</summary>
internal static class BroadcastShapes
{
    /// <summary>The most axes that the kernels walk.</summary>
    public const int MaxRank = 8;

    /// <summary>The shape of the result: aligned at the last axis, lengths equal or 1.</summary>
    public static Shape Infer(string name, Shape a, Shape b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        if (rank > MaxRank)
        {
            throw new ShapeException(name, $"at most {MaxRank} axes", $"{a} and {b}");
        }

        int[] lengths = new int[rank];
        for (int axis = 1; axis <= rank; axis++)
        {
            int ofA = axis <= a.Rank ? a[-axis] : 1;
            int ofB = axis <= b.Rank ? b[-axis] : 1;
            if (ofA != ofB && ofA != 1 && ofB != 1)
            {
                throw new ShapeException(name, "shapes that broadcast", $"{a} and {b}: {ofA} against {ofB} in axis {-axis}",
                    "lengths must be equal or 1, counted from the last axis");
            }

            lengths[^axis] = ofA == 1 ? ofB : ofA;
        }

        return new Shape(lengths);
    }

    /// <summary>The strides with which a contiguous operand is read as if it had the result's shape.</summary>
    public static int[] Strides(Shape operand, Shape result)
    {
        int[] strides = new int[result.Rank];
        Broadcast.Strides(operand.Lengths, result.Lengths, strides);
        return strides;
    }
}
