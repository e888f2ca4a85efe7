namespace Fovea.Onnx.Export.Ops;

/// <summary>Maps of other sizes.</summary>
internal static class Resampling
{
    public static IEnumerable<(string Op, Action<Translation> Translate)> All =>
    [
        ("upsample_nearest2d", t => Resize(t, ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"))),
        ("upsample_bilinear2d", t => Resize(
            t, ("mode", "linear"), ("coordinate_transformation_mode", t.Flag("align_corners") ? "align_corners" : "half_pixel"))),
    ];

    // By a factor where all sizes grow by one, which takes maps of any size; to a size otherwise.
    private static void Resize(Translation t, params (string, object)[] attributes)
    {
        int[][] size = t.Sizes("size");
        if (Factor(t, 2, size[0]) is { } rows && Factor(t, 3, size[1]) is { } columns)
        {
            t.Give("Resize", [t.In(0), string.Empty, t.Constant("scales", Tensor.From<float>([1, 1, rows, columns]))], attributes);
        }
        else
        {
            string sizes = t.Shape([t.Lengths(0, 0), t.Lengths(0, 1), size[0], size[1]]);
            t.Give("Resize", [t.In(0), string.Empty, string.Empty, sizes], attributes);
        }
    }

    private static int? Factor(Translation t, int axis, int[] made)
    {
        int[] lengths = t.Lengths(0, axis);
        return made[0] % lengths[0] == 0 && made.Zip(lengths).All(p => p.First == p.Second * (made[0] / lengths[0])) ? made[0] / lengths[0] : null;
    }
}
