using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace Fovea.Torch.Ops;

/// <summary>Maps of other sizes.</summary>
internal static class Resampling
{
    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All => [("upsample_nearest2d", Nearest), ("upsample_bilinear2d", Bilinear)];

    // Row i of the result is row ⌊i·H/H′⌋. libtorch rounds H/H′ to single precision first, which for some sizes is another row: those are picked.
    private static TorchCall Nearest(OpNode node)
    {
        long[] size = node.Integers("size");
        (int height, int width) = (node.Spec(0).Shape[2], node.Spec(0).Shape[3]);
        if (IsExact(height, (int)size[0]) && IsExact(width, (int)size[1]))
        {
            return x => [F.interpolate(x[0], size, mode: torch.InterpolationMode.Nearest)];
        }

        (long[] rows, long[] columns) = (Places(height, (int)size[0]), Places(width, (int)size[1]));
        return x => [x[0].index_select(2, torch.tensor(rows, device: x[0].device)).index_select(3, torch.tensor(columns, device: x[0].device))];
    }

    private static TorchCall Bilinear(OpNode node)
    {
        (long[] size, bool aligned) = (node.Integers("size"), node.Flag("align_corners"));
        return x => [F.interpolate(x[0], size, mode: torch.InterpolationMode.Bilinear, align_corners: aligned)];
    }

    private static bool IsExact(int length, int made)
    {
        float scale = (float)length / made;
        return Places(length, made).Index().All(p => Math.Min((int)MathF.Floor(p.Index * scale), length - 1) == p.Item);
    }

    private static long[] Places(int length, int made) => [.. Enumerable.Range(0, made).Select(i => (long)i * length / made)];
}
