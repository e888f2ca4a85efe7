namespace Fovea.Onnx.Import;

/// <summary>Reductions over axes.</summary>
internal static class ReductionOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("ReduceSum", [1, 11, 13], 13, static (x, axes, keep) => x.Sum(axes, keep)),
        Of("ReduceMean", [1, 11, 13, 18], 18, static (x, axes, keep) => x.Mean(axes, keep)),
        Of("ReduceMax", [1, 11, 12, 13, 18, 20], 18, static (x, axes, keep) => x.Max(axes, keep)),
        Of("ReduceMin", [1, 11, 12, 13, 18, 20], 18, static (x, axes, keep) => x.Min(axes, keep)),
        Of("ReduceProd", [1, 11, 13, 18], 18, Product),
        Of("ReduceL1", [1, 11, 13, 18], 18, static (x, axes, keep) => x.Abs().Sum(axes, keep)),
        Of("ReduceL2", [1, 11, 13, 18], 18, static (x, axes, keep) => x.Norm(axes, keep)),
        Of("ReduceLogSum", [1, 11, 13, 18], 18, static (x, axes, keep) => x.Sum(axes, keep).Log()),
        Of("ReduceLogSumExp", [1, 11, 13, 18], 18, static (x, axes, keep) => x.LogSumExp(axes, keep)),
        Of("ReduceSumSquare", [1, 11, 13, 18], 18, static (x, axes, keep) => x.Square().Sum(axes, keep)),
    ];

    private static Operator Of(string name, int[] versions, int inputFrom, Func<Tensor, int[], bool, Tensor> reduce) => Operator.Of(name, versions, node =>
    {
        bool asInput = node.Version >= inputFrom;
        long[]? said = asInput ? null : node.Attributes.Ints("axes");
        bool keep = node.Attributes.Flag("keepdims", true);
        bool noneIsNone = asInput && node.Attributes.Flag("noop_with_empty_axes");
        if (noneIsNone && name is not ("ReduceSum" or "ReduceMean" or "ReduceMax" or "ReduceMin" or "ReduceProd"))
        {
            throw new NodeRefusal("noop_with_empty_axes 1 is not known");
        }

        return x =>
        {
            long[] axes = said ?? (asInput && x.Optional(1) is not null ? x.Integers(1) : []);
            if (axes.Length == 0 && noneIsNone)
            {
                return x[0];
            }

            int[] over = axes.Length == 0 ? [.. Enumerable.Range(0, x[0].Rank)] : Whole.Axes(axes, x[0].Rank);
            return over.Distinct().Count() == over.Length
                ? Numbers.Unary(x[0], v => reduce(v, over, keep))
                : throw new OnnxException($"expected different axes, got [{string.Join(", ", axes)}]");
        };
    });

    private static Tensor Product(Tensor x, int[] axes, bool keep)
    {
        Shape shape = x.Shape;
        foreach (int axis in axes)
        {
            Tensor[] parts = x.Shape[axis] is 0 ? [Tensor.Ones(x.Shape.With(axis, 1), x.DType)] : x.Split(1, axis);
            x = parts.Aggregate(static (a, b) => a * b);
        }

        return keep ? x : x.Reshape([.. shape.Where((_, i) => !axes.Contains(i))]);
    }
}
