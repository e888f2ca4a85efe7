namespace Fovea.Onnx.Export.Ops;

/// <summary>Pooling over windows, and down to a size.</summary>
internal static class Pools
{
    public static IEnumerable<(string Op, Action<Translation> Translate)> All =>
    [
        ("max_pool2d", MaxPool), ("avg_pool2d", AvgPool), ("adaptive_avg_pool2d", AdaptiveAverage), ("adaptive_max_pool2d", AdaptiveMaximum),
    ];

    private static void MaxPool(Translation t) => t.Give(
        "MaxPool", t.All(), [.. Window(t, t.Integers("padding"), Ends(t)), ("dilations", t.Integers("dilation"))]);

    // Zeros of the padding count, those past it never do: the former are put there as values, the latter as a pool's own padding.
    private static void AvgPool(Translation t)
    {
        long[] padding = t.Integers("padding");
        long[] ends = Ends(t);
        bool counts = t.Flag("count_include_pad") && padding.Any(p => p > 0);
        if (!counts || ends.AsSpan().SequenceEqual(padding))
        {
            t.Give("AveragePool", t.All(), [.. Window(t, padding, ends), ("count_include_pad", counts ? 1 : 0)]);
            return;
        }

        string padded = t.Add("Pad",
            [t.In(0), t.Int64("pads", 0, 0, padding[0], padding[1], 0, 0, padding[0], padding[1]), t.Scalar("zero", 0)]);
        t.Give("AveragePool", [padded], Window(t, [0, 0], [Math.Max(0, ends[0] - padding[0]), Math.Max(0, ends[1] - padding[1])]));
    }

    private static (string, object)[] Window(Translation t, long[] begin, long[] end) =>
        [("kernel_shape", t.Integers("kernel")), ("strides", t.Integers("stride")), ("pads", (long[])[.. begin, .. end])];

    /// <summary>
    /// The padding behind the last row and column: with rounding up so much that the last window is covered, as engines disagree on what rounding up
    /// means where a window would start in the padding.
    /// </summary>
    private static long[] Ends(Translation t)
    {
        (long[] kernel, long[] stride, long[] padding, long[] dilation) = (t.Integers("kernel"), t.Integers("stride"), t.Integers("padding"), t.Integers("dilation"));
        if (!t.Flag("ceil_mode"))
        {
            return padding;
        }

        return [.. Enumerable.Range(0, 2).Select(i =>
        {
            long length = t.Fixed(t.Lengths(0, 2 + i), "rows and columns");
            long made = t.Fixed(t.MadeLengths(2 + i), "rows and columns");
            long needed = ((made - 1) * stride[i]) + (dilation[i] * (kernel[i] - 1)) + 1 - length - padding[i];
            return Math.Max(needed, 0);
        })];
    }

    // To one row and column it is a global pool of any size; otherwise each output row is a mean of rows, so that two products do it.
    private static void AdaptiveAverage(Translation t)
    {
        long[] size = t.Integers("size");
        if (size is [1, 1])
        {
            t.Give("GlobalAveragePool", t.All());
            return;
        }

        (int rows, int columns) = (t.Fixed(t.Lengths(0, 2), "rows"), t.Fixed(t.Lengths(0, 3), "columns"));
        if (rows % size[0] == 0 && columns % size[1] == 0)
        {
            t.Give("AveragePool", t.All(), Even(rows, columns, size));
            return;
        }

        string left = t.Constant("row_means", Means(rows, (int)size[0], t.DType, transposed: false));
        string right = t.Constant("column_means", Means(columns, (int)size[1], t.DType, transposed: true));
        t.Give("MatMul", [t.Add("MatMul", [left, t.In(0)]), right]);
    }

    private static void AdaptiveMaximum(Translation t)
    {
        long[] size = t.Integers("size");
        if (size is [1, 1])
        {
            t.Give("GlobalMaxPool", t.All());
            return;
        }

        (int rows, int columns) = (t.Fixed(t.Lengths(0, 2), "rows"), t.Fixed(t.Lengths(0, 3), "columns"));
        if (rows % size[0] == 0 && columns % size[1] == 0)
        {
            t.Give("MaxPool", t.All(), Even(rows, columns, size));
            return;
        }

        // Rows first, then columns: the maximum of maxima.
        string x = Stripes(t, t.In(0), 2, rows, (int)size[0]);
        t.Give("Concat", Parts(t, x, 3, columns, (int)size[1]), ("axis", 3));
    }

    private static string Stripes(Translation t, string x, int axis, int length, int made) =>
        made == 1 ? Parts(t, x, axis, length, made)[0] : t.Add("Concat", Parts(t, x, axis, length, made), ("axis", axis));

    private static string[] Parts(Translation t, string x, int axis, int length, int made) => [.. Enumerable.Range(0, made).Select(i =>
    {
        (int from, int to) = Bounds(i, length, made);
        string part = t.Add("Slice", [x, t.Int64("start", from), t.Int64("end", to), t.Int64("axis", axis)]);
        return Reductions.Maximum(t, part, axis);
    })];

    private static (string, object)[] Even(int rows, int columns, long[] size)
    {
        long[] window = [rows / size[0], columns / size[1]];
        return [("kernel_shape", window), ("strides", window)];
    }

    private static Tensor Means(int length, int made, DType type, bool transposed)
    {
        double[] weights = new double[length * made];
        for (int i = 0; i < made; i++)
        {
            (int from, int to) = Bounds(i, length, made);
            for (int k = from; k < to; k++)
            {
                weights[transposed ? (k * made) + i : (i * length) + k] = 1.0 / (to - from);
            }
        }

        return Tensor.From(weights, transposed ? [length, made] : [made, length]).To(type);
    }

    // Output i is the mean of the inputs from ⌊i·n/m⌋ up to ⌈(i + 1)·n/m⌉.
    private static (int From, int To) Bounds(int i, int length, int made) =>
        ((int)((long)i * length / made), (int)((((long)(i + 1) * length) + made - 1) / made));
}
