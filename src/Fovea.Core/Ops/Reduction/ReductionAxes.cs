using System.Numerics;
using Fovea.Simd.Broadcasting;
using Fovea.Simd.Functions;
using Fovea.Simd.Reductions;

namespace Fovea;

/// <summary>The axes that a reduction runs over, and the two directions of it: summing them away, and repeating along them.</summary>
/// <param name="Axes">Sorted and distinct, counted from the front.</param>
/// <param name="KeepDim">Whether the axes stay with length 1.</param>
internal sealed record ReductionAxes(int[] Axes, bool KeepDim)
{
    /// <summary>Reads the axes that a user gave: negative ones count from the last, null means all.</summary>
    public static ReductionAxes Of(string operation, Tensor x, int[]? dim, bool keepDim)
    {
        int[] axes = dim is null ? [.. Enumerable.Range(0, x.Rank)] : [.. dim.Select(d => x.Shape.Axis(d, operation)).Order()];
        if (axes.Distinct().Count() != axes.Length)
        {
            throw new ShapeException(operation, "different axes", $"[{string.Join(", ", dim!)}] for the shape {x.Shape}");
        }

        return new ReductionAxes(axes, keepDim);
    }

    /// <summary>The result's shape.</summary>
    /// <exception cref="ShapeException">The operand has not that many axes.</exception>
    public Shape Infer(string operation, Shape x)
    {
        if (Axes.Length > 0 && Axes[^1] >= x.Rank)
        {
            throw new ShapeException(operation, $"at least {Axes[^1] + 1} axes", x.ToString());
        }

        var lengths = new List<int>();
        for (int axis = 0; axis < x.Rank; axis++)
        {
            if (!Axes.Contains(axis))
            {
                lengths.Add(x[axis]);
            }
            else if (KeepDim)
            {
                lengths.Add(1);
            }
        }

        return new Shape([.. lengths]);
    }

    /// <summary>How many numbers go into one result.</summary>
    public int Count(Shape x)
    {
        int count = 1;
        foreach (int axis in Axes)
        {
            count *= x[axis];
        }

        return count;
    }

    /// <summary>Sums over the axes.</summary>
    public void Sum<T>(Shape shape, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Axes.Length == 0)
        {
            x.CopyTo(y);
        }
        else if (Axes[^1] - Axes[0] == Axes.Length - 1)
        {
            Reduction.Sum(shape.Product(0, Axes[0]), Count(shape), shape.Product(Axes[^1] + 1, shape.Rank), x, y);
        }
        else
        {
            Broadcast.SumTo(shape.Lengths, x, Strides(shape), y);
        }
    }

    /// <summary>Repeats along the axes: <c>dx = factor · dy</c> at every place that went into dy.</summary>
    public void Repeat<T>(Shape shape, ReadOnlySpan<T> dy, T factor, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<int> zeros = stackalloc int[shape.Rank];
        zeros.Clear();
        Broadcast.Run(shape.Lengths, dy, Strides(shape), [factor], zeros, dx, default(Multiply));
    }

    /// <summary>Strides that read the result as if it had the operand's shape.</summary>
    public int[] Strides(Shape shape)
    {
        int[] strides = new int[shape.Rank];
        int stride = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            if (!Axes.Contains(axis))
            {
                strides[axis] = shape[axis] == 1 ? 0 : stride;
                stride *= shape[axis];
            }
        }

        return strides;
    }
}
