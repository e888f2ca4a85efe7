namespace Fovea.Models;

/// <summary>
/// How far boxes are from those that are right: <c>1 − IoU + (hull − union) / hull</c> with the smallest box around both as hull, 0 to 2
/// (Rezatofighi et al., "Generalized Intersection over Union", 2019).
/// </summary>
internal static class GeneralizedIoULoss
{
    private const double Epsilon = 1e-7;

    /// <summary>The sum over boxes.</summary>
    /// <param name="lower">Left and upper sides, [F, 2].</param>
    /// <param name="upper">Right and lower sides, [F, 2].</param>
    /// <param name="right">The boxes that are right.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Sum(Tensor lower, Tensor upper, IReadOnlyList<Box> right)
    {
        Tensor rightLower = BoxTensors.Pairs(right, b => (b.X0, b.Y0), lower.DType);
        Tensor rightUpper = BoxTensors.Pairs(right, b => (b.X1, b.Y1), lower.DType);
        Tensor both = BoxTensors.Area((upper.Minimum(rightUpper) - lower.Maximum(rightLower)).Relu());
        Tensor either = BoxTensors.Area(upper - lower) + BoxTensors.Area(rightUpper - rightLower) - both;
        Tensor hull = BoxTensors.Area(upper.Maximum(rightUpper) - lower.Minimum(rightLower));
        return (1 - (both / (either + Epsilon)) + ((hull - either) / (hull + Epsilon))).Sum();
    }
}
