namespace Fovea.Training;

/// <summary>
/// One minus the Tversky index of regions, from probabilities instead of decisions. For each class, summed over the whole batch, with
/// probabilities p and truth t: <c>1 − (Σpt + s) / (Σpt + α·Σp(1 − t) + β·Σ(1 − p)t + s)</c>, averaged over the classes that occur
/// (Salehi et al., "Tversky loss function for image segmentation", 2017).
/// </summary>
public class TverskyLoss : Loss
{
    private readonly string _name;

    /// <summary>Creates the loss.</summary>
    /// <param name="alpha">α, what a false positive costs, at least 0; default 0.3.</param>
    /// <param name="beta">β, what a false negative costs, at least 0; default 0.7.</param>
    /// <exception cref="OptionException">A value is outside its range.</exception>
    public TverskyLoss(double alpha = 0.3, double beta = 0.7)
        : this("tversky", alpha, beta)
    {
    }

    private protected TverskyLoss(string name, double alpha, double beta)
    {
        if (!(alpha >= 0 && beta >= 0 && alpha + beta > 0))
        {
            throw new OptionException(name, $"expected α and β of at least 0 and not both 0, got {alpha} and {beta}.");
        }

        _name = name;
        Alpha = alpha;
        Beta = beta;
    }

    /// <summary>α, what a false positive costs.</summary>
    public double Alpha { get; }

    /// <summary>β, what a false negative costs.</summary>
    public double Beta { get; }

    /// <summary>s, added above and below the line, at least 0; default 1. It keeps small regions from swinging the loss.</summary>
    public double Smooth { get; init; } = 1;

    /// <summary>The label of places that do not count; default −100.</summary>
    public long IgnoreIndex { get; init; } = DefaultIgnoreIndex;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor logits, Tensor targets)
    {
        var dense = new DenseLabels(_name, logits, targets, IgnoreIndex);
        Tensor truth = dense.OneHot(logits.DType);
        Tensor probability = dense.Probabilities(logits) * dense.Mask(logits.DType);
        int[] overAll = [0, 2];
        Tensor both = (probability * truth).Sum(overAll);
        Tensor below = both * (1 - Alpha - Beta) + probability.Sum(overAll) * Alpha + truth.Sum(overAll) * Beta;
        Tensor index = (both + Smooth) / (below + Math.Max(Smooth, 1e-7));
        return Mean(dense, 1 - index, logits.DType);
    }

    // Classes that do not occur have no region to overlap with: their index says nothing.
    private static Tensor Mean(DenseLabels dense, Tensor losses, DType type)
    {
        bool[] occurs = [.. Enumerable.Range(0, dense.Channels).Select(c => dense.Counts[dense.ClassOf(c)] > 0)];
        double share = 1.0 / Math.Max(1, occurs.Count(o => o));
        Tensor weights = Tensor.From([.. occurs.Select(o => o ? share : 0)]).To(type);
        return (losses * weights).Sum();
    }
}

/// <summary>
/// One minus the Dice coefficient, <c>1 − (2Σpt + 2s) / (Σp + Σt + 2s)</c> (Milletari et al., "V-Net", 2016): <see cref="TverskyLoss"/> with
/// α = β = ½.
/// </summary>
public sealed class DiceLoss() : TverskyLoss("dice", 0.5, 0.5);

/// <summary>
/// One minus the Jaccard index, or intersection over union: <c>1 − (Σpt + s) / (Σp + Σt − Σpt + s)</c>: <see cref="TverskyLoss"/> with
/// α = β = 1.
/// </summary>
public sealed class JaccardLoss() : TverskyLoss("jaccard", 1, 1);
