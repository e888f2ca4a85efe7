namespace Fovea.Onnx.Export.Ops;

/// <summary>Batch, layer and group norm.</summary>
internal static class Normalizations
{
    private const int LayerNormSince = 17;

    public static IEnumerable<(string Op, Action<Translation> Translate)> All =>
        [("batch_norm_eval", BatchNorm), ("layer_norm", LayerNorm), ("group_norm", GroupNorm)];

    // x, weight, bias, mean, variance, and a residual that may be added before a rectifier.
    private static void BatchNorm(Translation t)
    {
        string[] inputs = t.All();
        (bool residual, bool relu) = (inputs.Length > 5, t.Flag("relu"));
        (string, object)[] attributes = [("epsilon", t.Number("epsilon"))];
        if (!residual && !relu)
        {
            t.Give("BatchNormalization", inputs, attributes);
            return;
        }

        string y = t.Add("BatchNormalization", inputs[..5], attributes);
        if (!relu)
        {
            t.Give("Add", [y, inputs[5]]);
            return;
        }

        t.Give("Relu", [residual ? t.Add("Add", [y, inputs[5]]) : y]);
    }

    private static void LayerNorm(Translation t)
    {
        long[] lengths = t.Integers("normalized");
        string[] affine = t.All()[1..];
        string? weight = t.Flag("has_weight") ? affine[0] : null;
        string? bias = t.Flag("has_bias") ? affine[^1] : null;
        double epsilon = t.Number("epsilon");
        if (t.Opset >= LayerNormSince)
        {
            weight ??= t.Constant("ones", Tensor.Ones([.. lengths.Select(n => (int)n)], t.DType));
            t.Give("LayerNormalization", bias is null ? [t.In(0), weight] : [t.In(0), weight, bias], ("axis", -lengths.Length), ("epsilon", epsilon));
            return;
        }

        long[] axes = [.. Enumerable.Range(1, lengths.Length).Select(i => (long)-i)];
        string centred = t.Add("Sub", [t.In(0), t.Add("ReduceMean", [t.In(0)], ("axes", axes), ("keepdims", 1))]);
        string variance = t.Add("ReduceMean", [t.Add("Mul", [centred, centred])], ("axes", axes), ("keepdims", 1));
        string y = t.Add("Div", [centred, t.Add("Sqrt", [t.Add("Add", [variance, t.Scalar("epsilon", epsilon)])])]);
        Affine(t, y, weight, bias);
    }

    // Instance norm over the groups: [N, G, everything of a group].
    private static void GroupNorm(Translation t)
    {
        int groups = t.Integer("groups");
        string ones = t.Constant("ones", Tensor.Ones([groups], t.DType));
        string zeros = t.Constant("zeros", Tensor.Zeros([groups], t.DType));
        string apart = t.Add("Reshape", [t.In(0), t.Int64("shape", 0, groups, -1)]);
        string normal = t.Add("InstanceNormalization", [apart, ones, zeros], ("epsilon", t.Number("epsilon")));
        string y = t.Add("Reshape", [normal, t.Shape([.. Enumerable.Range(0, t.Rank).Select(a => t.Lengths(0, a))])]);
        string[] affine = t.All()[1..];
        Affine(t, y, t.Flag("has_weight") ? PerChannel(t, affine[0]) : null, t.Flag("has_bias") ? PerChannel(t, affine[^1]) : null);
    }

    private static string PerChannel(Translation t, string vector) => t.Rank == 2
        ? vector
        : t.Add("Unsqueeze", [vector, t.Int64("axes", [.. Enumerable.Range(1, t.Rank - 2).Select(i => (long)i)])]);

    private static void Affine(Translation t, string y, string? weight, string? bias)
    {
        if (weight is not null && bias is not null)
        {
            y = t.Add("Mul", [y, weight]);
        }

        if (bias is not null || weight is not null)
        {
            t.Give(bias is not null ? "Add" : "Mul", [y, bias ?? weight!]);
        }
        else
        {
            t.Give(y);
        }
    }
}
