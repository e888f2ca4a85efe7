namespace Fovea.Onnx.Import;

/// <summary>Resize, and Upsample before it.</summary>
internal static class ResizeOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Resize", [10, 11, 13, 18, 19], Resize),
        Operator.Of("Upsample", [-1, 7, 9, -10], Upsample),
    ];

    private static Func<NodeInputs, Tensor> Upsample(NodeSetup node)
    {
        // Places were mapped without halves, and the nearest was the one below.
        var rules = new ResizeRules { Mode = Mode(node), Coordinate = "asymmetric", Rounding = "floor" };
        float[]? scales = node.Version < 9 ? node.Attributes.Floats("scales") : null;
        return x => Run(x[0], Scaled(x[0].Shape, scales ?? Floats(x[1]), null), rules);
    }

    private static Func<NodeInputs, Tensor> Resize(NodeSetup node)
    {
        var rules = new ResizeRules { Mode = Mode(node) };
        if (node.Version == 10)
        {
            rules = rules with { Coordinate = "asymmetric", Rounding = "floor" };
            return x => Run(x[0], Scaled(x[0].Shape, Floats(x[1]), null), rules);
        }

        rules = rules with
        {
            Coordinate = Known(node, "coordinate_transformation_mode", ResizeRules.Coordinates, rules.Coordinate),
            Rounding = Known(node, "nearest_mode", ResizeRules.Roundings, rules.Rounding),
            CubicCoefficient = node.Attributes.Float("cubic_coeff_a", -0.75f),
            ExcludesOutside = node.Attributes.Flag("exclude_outside"),
        };
        if (rules.Coordinate == "half_pixel_symmetric" && node.Version < 19)
        {
            throw new NodeRefusal("half_pixel_symmetric is not known before opset 19");
        }

        // It says what stands outside of a region, and regions are not known.
        node.Attributes.Ignore("extrapolation_value");
        long[]? axes = null;
        string policy = "stretch";
        if (node.Version >= 18)
        {
            rules = rules with { Antialiases = node.Attributes.Flag("antialias") };
            axes = node.Attributes.Ints("axes");
            policy = Known(node, "keep_aspect_ratio_policy", ["stretch", "not_larger", "not_smaller"], policy);
        }

        return x => x.Optional(3) is { Elements: > 0 }
            ? Run(x[0], Sized(x[0].Shape, x.Integers(3), axes, policy), rules)
            : Run(x[0], Scaled(x[0].Shape, Floats(x[2]), axes), rules);
    }

    private static string Mode(NodeSetup node) => Known(node, "mode", ["nearest", "linear", "cubic"], "nearest") is var mode && (mode != "cubic" || node.Version >= 11)
        ? mode
        : throw new NodeRefusal("mode \"cubic\" is not known before opset 11");

    private static string Known(NodeSetup node, string name, string[] known, string otherwise) =>
        node.Attributes.Text(name, otherwise) is var given && Array.IndexOf(known, given) >= 0 ? given : throw new NodeRefusal($"{name} \"{given}\" is not known");

    private static float[] Floats(Tensor scales) => scales.Cast(DType.Float32).ToArray<float>();

    private static ResizedAxis[] Scaled(Shape x, float[] scales, long[]? axes)
    {
        int[] at = Axes(x, axes, scales.Length);
        ResizedAxis[] all = [.. x.Select(n => new ResizedAxis(n, n, 1))];
        for (int i = 0; i < at.Length; i++)
        {
            int from = x[at[i]];
            all[at[i]] = scales[i] > 0 && from * scales[i] < int.MaxValue
                ? new ResizedAxis(from, (int)MathF.Floor(from * scales[i]), scales[i])
                : throw new OnnxException($"expected positive scales, got [{string.Join(", ", scales)}] for {x}");
        }

        return all;
    }

    private static ResizedAxis[] Sized(Shape x, long[] sizes, long[]? axes, string policy)
    {
        int[] at = Axes(x, axes, sizes.Length);
        ResizedAxis[] all = [.. x.Select(n => new ResizedAxis(n, n, 1))];
        if (at.Any(a => x[a] == 0) || sizes.Any(s => s is < 1 or > int.MaxValue))
        {
            throw new OnnxException($"expected axes and sizes of at least 1, got [{string.Join(", ", sizes)}] for {x}");
        }

        float[] scales = [.. at.Select((a, i) => (float)sizes[i] / x[a])];
        float kept = policy == "stretch" ? 0 : policy == "not_larger" ? scales.Min() : scales.Max();
        for (int i = 0; i < at.Length; i++)
        {
            int from = x[at[i]];
            all[at[i]] = kept == 0
                ? new ResizedAxis(from, (int)sizes[i], scales[i])
                : new ResizedAxis(from, Whole.ToInt((long)Math.Floor((kept * from) + 0.5f)), kept);
        }

        return all;
    }

    private static int[] Axes(Shape x, long[]? axes, int count)
    {
        int[] at = axes is null ? [.. Enumerable.Range(0, x.Rank)] : Whole.Axes(axes, x.Rank);
        return at.Length == count && at.Distinct().Count() == count ? at : throw new OnnxException($"expected {at.Length} scales or sizes for {x}, got {count}");
    }

    private static Tensor Run(Tensor x, ResizedAxis[] axes, ResizeRules rules)
    {
        if (axes.Any(a => a.To < 1 || a.From < 1))
        {
            throw new OnnxException($"expected axes that are not empty before and after, got {x.Shape}");
        }

        if (PlanarResize.Of(x, axes, rules) is { } planar)
        {
            return planar;
        }

        for (int axis = 0; axis < axes.Length; axis++)
        {
            if (axes[axis] is not { Scale: 1 } one || one.From != one.To)
            {
                x = Along(x, axis, axes[axis], rules);
            }
        }

        return x;
    }

    /// <summary>One axis: sums of neighbours, each with a weight for every place.</summary>
    private static Tensor Along(Tensor x, int axis, ResizedAxis resized, ResizeRules rules)
    {
        (long[][] places, double[][] weights) = rules.Neighbours(resized);
        Tensor? sum = null;
        for (int k = 0; k < places.Length; k++)
        {
            Tensor part = x.IndexSelect(axis, Tensor.From(places[k]));
            if (rules.Mode != "nearest")
            {
                int[] along = [.. Enumerable.Repeat(1, x.Rank - axis)];
                along[0] = resized.To;
                part *= Tensor.From(weights[k], new Shape(along)).To(x.DType);
            }

            sum = sum is null ? part : sum + part;
        }

        return sum!;
    }
}
