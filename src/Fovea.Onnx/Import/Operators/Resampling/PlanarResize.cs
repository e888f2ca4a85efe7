namespace Fovea.Onnx.Import;

/// <summary>The resizes that the engine has an op of its own for: of rows and columns, the nearest from below, or linear as PyTorch does.</summary>
internal static class PlanarResize
{
    private const float Rounding = 1e-6f;

    /// <summary>The result; null when no such op gives it.</summary>
    public static Tensor? Of(Tensor x, ResizedAxis[] axes, ResizeRules rules)
    {
        // The op has no scale of its own: it takes the quotient of the lengths.
        if (x.Rank != 4 || (rules.Antialiases && axes.Any(a => a.Scale < 1)) || axes[..2].Any(a => a.From != a.To || a.Scale != 1) || axes[2..].Any(a => MathF.Abs((a.Scale * a.From / a.To) - 1) > Rounding))
        {
            return null;
        }

        Size2 size = (axes[2].To, axes[3].To);
        switch (rules)
        {
            case { Mode: "nearest", Coordinate: "asymmetric", Rounding: "floor" } when axes[2..].All(a => a.To % a.From == 0):
            case { Mode: "nearest", Coordinate: "half_pixel", Rounding: "round_prefer_floor" or "round_prefer_ceil" } when axes[2..].All(a => a.To % a.From == 0):
                return x.UpsampleNearest2d(size);
            case { Mode: "linear", Coordinate: "align_corners" }:
                return x.UpsampleBilinear2d(size, alignCorners: true);
            case { Mode: "linear", Coordinate: "half_pixel" }:
            case { Mode: "linear", Coordinate: "pytorch_half_pixel" } when axes[2..].All(a => a.To > 1):
                return x.UpsampleBilinear2d(size);
            default:
                return null;
        }
    }
}
