namespace Fovea.Onnx.Export.Ops;

/// <summary>Sums, means, extremes and their places, norms, variances.</summary>
internal static class Reductions
{
    // From here on the axes of the others are an input as well, as those of ReduceSum are since 13.
    private const int AxesAsInput = 18;

    public static IEnumerable<(string Op, Action<Translation> Translate)> All =>
    [
        ("sum", t => t.Give("ReduceSum", [t.In(0), Axes(t, t.Integers("axes"))], Keep(t))),
        ("mean", t => Give(t, "ReduceMean", t.Integers("axes"))),
        ("max", t => Give(t, "ReduceMax", t.Integers("axis"))),
        ("min", t => Give(t, "ReduceMin", t.Integers("axis"))),
        ("norm", t => Give(t, "ReduceL2", t.Integers("axis"))),
        ("var", Variance),
        ("argmax_argmin", t => t.Give(t.Flag("smallest") ? "ArgMin" : "ArgMax", t.All(), ("axis", t.Integer("axis")), Keep(t))),
    ];

    /// <summary>The maximum along an axis, which stays with length 1.</summary>
    public static string Maximum(Translation t, string x, int axis)
    {
        string y = string.Empty;
        Reduce(t, "ReduceMax", x, [axis], ("keepdims", 1), (type, inputs, attributes) => y = t.Add(type, inputs, attributes));
        return y;
    }

    private static void Give(Translation t, string type, long[] axes) => Reduce(t, type, t.In(0), axes, Keep(t), t.Give);

    private static void Reduce(
        Translation t, string type, string x, long[] axes, (string, object) keep, Action<string, string[], (string, object)[]> add)
    {
        if (t.Opset >= AxesAsInput)
        {
            add(type, [x, Axes(t, axes)], [keep]);
        }
        else
        {
            add(type, [x], [("axes", axes), keep]);
        }
    }

    // The mean of the squared differences, times n / (n − 1) where it is unbiased.
    private static void Variance(Translation t)
    {
        long[] axes = t.Integers("axes");
        string mean = string.Empty;
        Reduce(t, "ReduceMean", t.In(0), axes, ("keepdims", 1), (type, inputs, attributes) => mean = t.Add(type, inputs, attributes));
        string centred = t.Add("Sub", [t.In(0), mean]);
        string squares = t.Add("Mul", [centred, centred]);
        if (!t.Flag("unbiased"))
        {
            Reduce(t, "ReduceMean", squares, axes, Keep(t), t.Give);
            return;
        }

        double count = axes.Aggregate(1.0, (n, axis) => n * t.Fixed(t.Lengths(0, (int)axis), "values to take the unbiased variance of"));
        string biased = string.Empty;
        Reduce(t, "ReduceMean", squares, axes, Keep(t), (type, inputs, attributes) => biased = t.Add(type, inputs, attributes));
        t.Give("Mul", [biased, t.Scalar("correction", count / (count - 1))]);
    }

    private static string Axes(Translation t, long[] axes) => t.Int64("axes", axes);

    private static (string, object) Keep(Translation t) => ("keepdims", t.Flag("keep_dim") ? 1 : 0);
}
