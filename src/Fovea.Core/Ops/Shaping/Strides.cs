using Fovea.Simd.Copying;

namespace Fovea;

/// <summary>Steps along the axes of contiguous tensors, and copies of boxes within them.</summary>
internal static class Strides
{
    /// <summary>The steps of a contiguous tensor.</summary>
    public static int[] Of(Shape shape)
    {
        int[] strides = new int[shape.Rank];
        Fill(shape, strides);
        return strides;
    }

    /// <summary>Refuses tensors of more axes than the copying kernel walks.</summary>
    public static void Limit(string operation, Shape shape)
    {
        if (shape.Rank > BroadcastShapes.MaxRank)
        {
            throw new ShapeException(operation, $"at most {BroadcastShapes.MaxRank} axes", shape.ToString());
        }
    }

    /// <summary>Copies all of <paramref name="part"/>, which has the shape of the box, into a larger tensor.</summary>
    public static void Write<T>(Shape box, ReadOnlySpan<T> part, Span<T> whole, int offset, ReadOnlySpan<int> strides)
        where T : unmanaged
    {
        if (box.Elements > 0)
        {
            Span<int> own = stackalloc int[box.Rank];
            Fill(box, own);
            StridedCopy.Run(box.Lengths, part, own, whole[offset..], strides);
        }
    }

    /// <summary>Copies a box out of a larger tensor.</summary>
    public static void Read<T>(Shape box, ReadOnlySpan<T> whole, int offset, ReadOnlySpan<int> strides, Span<T> part)
        where T : unmanaged
    {
        if (box.Elements > 0)
        {
            Span<int> own = stackalloc int[box.Rank];
            Fill(box, own);
            StridedCopy.Run(box.Lengths, whole[offset..], strides, part, own);
        }
    }

    /// <summary>Writes one value at every place of a box within a larger tensor.</summary>
    public static void Fill<T>(Shape box, T value, Span<T> whole, int offset, ReadOnlySpan<int> strides)
        where T : unmanaged
    {
        if (box.Elements > 0)
        {
            Span<int> still = stackalloc int[box.Rank];
            still.Clear();
            StridedCopy.Run(box.Lengths, [value], still, whole[offset..], strides);
        }
    }

    /// <summary>Where a box begins whose first index along one axis is not 0.</summary>
    public static int Offset(Shape shape, int axis, int start) => start * shape.Product(axis + 1, shape.Rank);

    private static void Fill(Shape shape, Span<int> strides)
    {
        for (int axis = shape.Rank - 1, step = 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= Math.Max(1, shape[axis]);
        }
    }
}
