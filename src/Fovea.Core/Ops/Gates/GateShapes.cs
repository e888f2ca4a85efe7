namespace Fovea;

/// <summary>Checks of shapes that the fused gates share, and how many images they work on at a time.</summary>
internal static class GateShapes
{
    // About what two cores keep in their own caches beside the results: an image is read again while it is there. Fixed,
    // as a product of several images adds up in another order than that of one.
    private const long GroupBytes = 4L << 20;

    /// <summary>[N, C, …] with at least one position.</summary>
    public static void CheckMaps(string name, Shape x)
    {
        if (x.Rank < 3 || x.Product(2, x.Rank) == 0 || x[1] == 0)
        {
            throw new ShapeException(name, "[N, C, …] with at least one channel and one position", x.ToString());
        }
    }

    /// <summary>The weight [O, I, 1, 1] of a 1×1 convolution as the matrix that it is; another shape as it is.</summary>
    public static TensorSpec Matrix(TensorSpec weight) => weight.Shape is { Rank: 4 } s && s[2] == 1 && s[3] == 1
        ? weight with { Shape = [s[0], s[1]] }
        : weight;

    /// <summary>How many planes there are, and the numbers of each.</summary>
    public static (int Planes, int Positions) Planes(Shape x) => (x[0] * x[1], x.Product(2, x.Rank));

    public static void CheckParameter(string name, string parameter, Shape expected, TensorSpec got, Shape x)
    {
        if (got.Shape != expected)
        {
            throw new ShapeException(name, $"{parameter} {expected} for {x}", got.Shape.ToString());
        }
    }

    /// <summary>Fills an output that passes the input on: in a compiled model it has memory of its own, else it is the input.</summary>
    public static void Pass<T>(ReadOnlySpan<T> x, Span<T> passed)
    {
        if (!x.Overlaps(passed))
        {
            x.CopyTo(passed);
        }
    }

    /// <summary>The gradient of the first input, as far as it came through the output that passed it on: zeros if nobody used that.</summary>
    public static Span<T> PassedGradient<T>(BackwardContext c, int output)
        where T : unmanaged
    {
        if (!c.HasGradOut(output))
        {
            Span<T> none = c.GradIn<T>(0);
            none.Clear();
            return none;
        }

        Span<T> dx = c.GradInOverGradOut<T>(0, output);
        Pass(c.GradOut<T>(output), dx);
        return dx;
    }

    /// <summary>A number for each channel, [N, C], in the form in which it scales maps of x's rank: [N, C, 1, …].</summary>
    public static Tensor OverPositions(Tensor gate, Tensor x) => gate.Reshape([x.Shape[0], x.Shape[1], .. Enumerable.Repeat(1, x.Rank - 2)]);

    /// <summary>How many images are worked on together: as many as stay in the caches between two sweeps, at least one.</summary>
    public static int ImagesAtATime(Shape x, int bytesPerNumber)
    {
        long image = Math.Max(1, (long)x.Product(1, x.Rank) * bytesPerNumber);
        return (int)Math.Clamp(GroupBytes / image, 1, Math.Max(1, x[0]));
    }
}

/// <summary>Where some neighbouring images lie among the numbers of all, by plane, position and number.</summary>
internal readonly record struct GroupRange(int Image, int Images, int Channels, int PositionCount)
{
    public Range Planes => (Image * Channels)..((Image + Images) * Channels);

    public Range Positions => (Image * PositionCount)..((Image + Images) * PositionCount);

    public Range Numbers => (Image * Channels * PositionCount)..((Image + Images) * Channels * PositionCount);
}
