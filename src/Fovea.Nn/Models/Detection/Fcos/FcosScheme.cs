namespace Fovea.Models;

/// <summary>
/// What FCOS's outputs mean: a place is the middle of a square of its level's stride; left, top, right and bottom are distances from there in
/// strides; the score is <c>√(σ(logit) · σ(centreness))</c>. The loss is the focal loss of the classes, 1 − GIoU of the boxes and binary cross
/// entropy of the centreness <c>√(min(l, r)/max(l, r) · min(t, b)/max(t, b))</c>, each summed and divided by the number of places that have a box.
/// </summary>
/// <param name="classes">Number of classes, at least 1.</param>
public sealed class FcosScheme(int classes) : DetectionScheme("fcos", classes, classes + 5)
{
    private const int LevelCount = 5;

    /// <inheritdoc/>
    public override DetectionOptions Defaults { get; } = new() { ScoreThreshold = 0.2, NmsThreshold = 0.6 };

    /// <inheritdoc/>
    protected override DetectionPlaces MakePlaces(int height, int width) => new(height, width, FeaturePyramid.FirstLevel,
    [
        .. Enumerable.Range(FeaturePyramid.FirstLevel, LevelCount).Select(level => (float)(1 << level)).Select(s => (Box[])[new Box(-s / 2, -s / 2, s / 2, s / 2)]),
    ]);

    /// <inheritdoc/>
    protected override Box BoxOf(ReadOnlySpan<float> place, Box anchor)
    {
        (float x, float y) = ((anchor.X0 + anchor.X1) / 2, (anchor.Y0 + anchor.Y1) / 2);
        ReadOnlySpan<float> side = place.Slice(Classes, 4);
        return new Box(x - (side[0] * anchor.Width), y - (side[1] * anchor.Height), x + (side[2] * anchor.Width), y + (side[3] * anchor.Height));
    }

    /// <inheritdoc/>
    protected override float ScoreOf(float logit, ReadOnlySpan<float> place) => MathF.Sqrt(Sigmoid(logit) * Sigmoid(place[Classes + 4]));

    /// <inheritdoc/>
    protected override double LeastProbability(double score) => score * score;

    /// <inheritdoc/>
    protected override DetectionLoss Loss(Tensor outputs, LabelledBox[][] boxes, DetectionPlaces places)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        var matches = new PlaceMatches(boxes, places, b => FcosMatcher.Match(places, b));
        float share = 1f / Math.Max(1, matches.Rows.Length);
        Tensor classification = SigmoidFocalLoss.Sum(outputs.Narrow(2, 0, Classes), matches, _ => share);
        if (matches.Rows.Length == 0)
        {
            return new DetectionLoss(classification, Tensor.Zeros([], outputs.DType), Tensor.Zeros([], outputs.DType));
        }

        Tensor rows = outputs.Reshape(-1, Columns).IndexSelect(0, Tensor.From(matches.Rows, [matches.Rows.Length]));
        Tensor middle = BoxTensors.Pairs(matches.Pairs, p => ((p.Anchor.X0 + p.Anchor.X1) / 2, (p.Anchor.Y0 + p.Anchor.Y1) / 2), outputs.DType);
        Tensor stride = BoxTensors.Pairs(matches.Pairs, p => (p.Anchor.Width, p.Anchor.Height), outputs.DType);
        Tensor lower = middle - (rows.Narrow(1, Classes, 2) * stride), upper = middle + (rows.Narrow(1, Classes + 2, 2) * stride);
        Tensor boxLoss = GeneralizedIoULoss.Sum(lower, upper, Array.ConvertAll(matches.Pairs, p => p.Box)) * share;
        Tensor central = Tensor.From(Array.ConvertAll(matches.Pairs, p => Centreness(p.Anchor, p.Box)), [matches.Rows.Length, 1]).To(outputs.DType);
        return new DetectionLoss(classification, boxLoss, rows.Narrow(1, Classes + 4, 1).BceWithLogits(central, reduction: LossReduction.Sum) * share);
    }

    private static float Centreness(Box anchor, Box box)
    {
        (float x, float y) = ((anchor.X0 + anchor.X1) / 2, (anchor.Y0 + anchor.Y1) / 2);
        return MathF.Sqrt(Ratio(x - box.X0, box.X1 - x) * Ratio(y - box.Y0, box.Y1 - y));

        static float Ratio(float a, float b) => MathF.Min(a, b) / MathF.Max(a, b);
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}
