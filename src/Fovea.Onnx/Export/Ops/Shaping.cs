namespace Fovea.Onnx.Export.Ops;

/// <summary>Values in other places.</summary>
internal static class Shaping
{
    public static IEnumerable<(string Op, Action<Translation> Translate)> All =>
    [
        ("reshape", Reshape),
        ("permute", t => t.Give("Transpose", t.All(), ("perm", t.Integers("order")))),
        ("concat", t => t.Give("Concat", t.All(), ("axis", t.Integer("axis")))),
        ("split", t => t.Give("Split", [t.In(0), t.Int64("sizes", t.Integers("sizes"))], ("axis", t.Integer("axis")))),
        ("expand", t => t.Give("Expand", [t.In(0), t.Shape(t.Sizes("shape"))])),
        ("slice", Slice),
        ("flip", Flip),
        ("pad", Pad),
        ("gather", t => t.Give("GatherElements", t.All(), ("axis", t.Integer("axis")))),
        ("index_select", t => t.Give("Gather", t.All(), ("axis", t.Integer("axis")))),
        ("subsample", Subsample),
    ];

    // 0 copies the length of the same axis, −1 stands for what is left: most shapes that follow from the sizes need no more.
    private static void Reshape(Translation t)
    {
        int[][] sizes = t.Sizes("shape");
        long[] lengths = new long[sizes.Length];
        int open = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            bool isFixed = Translation.IsFixed(sizes[i]);
            bool isSame = !isFixed && i < t.Rank && t.Lengths(0, i).AsSpan().SequenceEqual(sizes[i]);
            open += isFixed || isSame ? 0 : 1;
            lengths[i] = isFixed ? sizes[i][0] : isSame ? 0 : -1;
        }

        t.Give("Reshape", [t.In(0), open <= 1 ? t.Int64("shape", lengths) : t.Shape(sizes)]);
    }

    private static void Slice(Translation t)
    {
        (int axis, int start, int step) = (t.Integer("axis"), t.Integer("start"), t.Integer("step"));
        int[] lengths = [.. t.Sizes("length")[0]];
        int[] whole = t.Lengths(0, axis);

        // To the end of an axis that follows from the sizes, or to a place.
        bool toEnd = lengths.Zip(whole).All(p => start + ((long)p.First * step) >= p.Second);
        long end = toEnd ? long.MaxValue : start + ((long)(t.Fixed(lengths, "places to cut out") - 1) * step) + 1;
        t.Give("Slice", [t.In(0), t.Int64("start", start), t.Int64("end", end), t.Int64("axis", axis), t.Int64("step", step)]);
    }

    private static void Flip(Translation t)
    {
        long[] axes = t.Integers("axes");
        t.Give("Slice",
        [
            t.In(0), t.Int64("start", [.. axes.Select(_ => -1L)]), t.Int64("end", [.. axes.Select(_ => long.MinValue)]),
            t.Int64("axes", axes), t.Int64("step", [.. axes.Select(_ => -1L)]),
        ]);
    }

    // The widths are those of the last axes.
    private static void Pad(Translation t)
    {
        (long[] before, long[] after) = (t.Integers("before"), t.Integers("after"));
        long[] none = new long[t.Rank - before.Length];
        t.Give("Pad", [t.In(0), t.Int64("pads", [.. none, .. before, .. none, .. after]), t.Scalar("value", t.Number("value"))]);
    }

    private static void Subsample(Translation t)
    {
        (long stride, long before, long after) = (t.Integer("stride"), t.Integer("before"), t.Integer("after"));
        string kept = t.Add("Slice",
            [t.In(0), t.Int64("start", 0, 0), t.Int64("end", long.MaxValue, long.MaxValue), t.Int64("axes", 2, 3), t.Int64("step", stride, stride)]);
        t.Give("Pad", [kept, t.Int64("pads", 0, before, 0, 0, 0, after, 0, 0), t.Scalar("value", 0)]);
    }
}
