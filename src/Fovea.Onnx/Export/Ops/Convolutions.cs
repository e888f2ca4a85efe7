namespace Fovea.Onnx.Export.Ops;

/// <summary>Convolutions.</summary>
internal static class Convolutions
{
    public static IEnumerable<(string Op, Action<Translation> Translate)> All =>
    [
        ("conv2d", t => t.Give("Conv", t.All(), Common(t))),
        ("conv_transpose2d", t => t.Give("ConvTranspose", t.All(), [.. Common(t), ("output_padding", t.Integers("output_padding"))])),
        ("unfold_depth", UnfoldDepth),
    ];

    private static (string, object)[] Common(Translation t)
    {
        Shape weight = t.Spec(1).Shape;
        long[] padding = t.Integers("padding");
        return
        [
            ("kernel_shape", new long[] { weight[2], weight[3] }), ("strides", t.Integers("stride")), ("pads", (long[])[.. padding, .. padding]),
            ("dilations", t.Integers("dilation")), ("group", t.Integer("groups")),
        ];
    }

    // [N, C, D, H, W] → [N·D′, C·kernel, H, W]: each tap is a slice along the padded depth, and the taps become channels.
    private static void UnfoldDepth(Translation t)
    {
        (int kernel, int stride, int padding, int dilation) = (t.Integer("kernel"), t.Integer("stride"), t.Integer("padding"), t.Integer("dilation"));
        int depth = t.Fixed(t.Lengths(0, 2), "a depth") + (2 * padding);
        int made = ((depth - (dilation * (kernel - 1)) - 1) / stride) + 1;
        string x = padding == 0
            ? t.In(0)
            : t.Add("Pad", [t.In(0), t.Int64("pads", 0, 0, padding, 0, 0, 0, 0, padding, 0, 0), t.Scalar("zero", 0)]);
        string[] taps = [.. Enumerable.Range(0, kernel).Select(k =>
        {
            long first = (long)k * dilation;
            string slice = t.Add("Slice",
                [x, t.Int64("first", first), t.Int64("end", first + ((long)(made - 1) * stride) + 1), t.Int64("axis", 2), t.Int64("step", stride)]);
            return t.Add("Unsqueeze", [slice, t.Int64("axis", 2)]);
        })];

        // [N, C, kernel, D′, H, W] → [N, D′, C, kernel, H, W].
        string all = kernel == 1 ? taps[0] : t.Add("Concat", taps, ("axis", 2));
        string planes = t.Add("Transpose", [all], ("perm", new long[] { 0, 3, 1, 2, 4, 5 }));
        t.Give("Reshape", [planes, t.Int64("shape", -1, (long)t.Spec(0).Shape[1] * kernel, Length(3), Length(4))]);

        long Length(int axis) => t.Fixed(t.Lengths(0, axis), "rows and columns");
    }
}
