namespace Fovea.Models;

/// <summary>
/// What RetinaNet's outputs mean: an anchor of width a, height b and centre (u, v) becomes the box of centre <c>(u + a·dx, v + b·dy)</c>, width
/// <c>a·exp(dw)</c> and height <c>b·exp(dh)</c>; the score is <c>σ(logit)</c>. The loss is the focal loss of the classes and the absolute error
/// of the four numbers, each summed, divided by the number of a picture's anchors that have a box, and averaged over the pictures.
/// </summary>
/// <param name="classes">Number of classes, at least 1.</param>
public sealed class RetinaNetScheme(int classes) : DetectionScheme("retinanet", classes, classes + 4)
{
    /// <summary>Anchors of a position: three sizes in three shapes.</summary>
    public const int Anchors = 9;

    private const int LevelCount = 5;
    private const int SmallestSize = 32;

    // A box of more than 1000/16 times its anchor is none: the exponential must not overflow.
    private static readonly float s_largest = MathF.Log(1000f / 16);

    /// <inheritdoc/>
    public override DetectionOptions Defaults { get; } = new() { ScoreThreshold = 0.05, NmsThreshold = 0.5, MaxDetections = 300 };

    /// <inheritdoc/>
    protected override DetectionPlaces MakePlaces(int height, int width) =>
        new(height, width, FeaturePyramid.FirstLevel, [.. Enumerable.Range(0, LevelCount).Select(i => Cell(SmallestSize << i))]);

    /// <inheritdoc/>
    protected override Box BoxOf(ReadOnlySpan<float> place, Box anchor)
    {
        ReadOnlySpan<float> d = place.Slice(Classes, 4);
        float x = anchor.X0 + (anchor.Width / 2) + (d[0] * anchor.Width), y = anchor.Y0 + (anchor.Height / 2) + (d[1] * anchor.Height);
        float width = MathF.Exp(MathF.Min(d[2], s_largest)) * anchor.Width, height = MathF.Exp(MathF.Min(d[3], s_largest)) * anchor.Height;
        return new Box(x - (width / 2), y - (height / 2), x + (width / 2), y + (height / 2));
    }

    /// <inheritdoc/>
    protected override float ScoreOf(float logit, ReadOnlySpan<float> place) => 1 / (1 + MathF.Exp(-logit));

    /// <inheritdoc/>
    protected override double LeastProbability(double score) => score;

    /// <inheritdoc/>
    protected override DetectionLoss Loss(Tensor outputs, LabelledBox[][] boxes, DetectionPlaces places)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        var matches = new PlaceMatches(boxes, places, b => IoUMatcher.Match(places.Anchors, b));
        float[] share = Array.ConvertAll(matches.Counts, c => 1f / Math.Max(1, c) / boxes.Length);
        Tensor classification = SigmoidFocalLoss.Sum(outputs.Narrow(2, 0, Classes), matches, picture => share[picture]);
        if (matches.Rows.Length == 0)
        {
            return new DetectionLoss(classification, Tensor.Zeros([], outputs.DType));
        }

        Tensor rows = outputs.Reshape(-1, Columns).IndexSelect(0, Tensor.From(matches.Rows, [matches.Rows.Length]));
        Tensor shift = BoxTensors.Pairs(matches.Pairs, p => Shift(p.Anchor, p.Box), outputs.DType);
        Tensor scale = BoxTensors.Pairs(matches.Pairs, p => (MathF.Log(p.Box.Width / p.Anchor.Width), MathF.Log(p.Box.Height / p.Anchor.Height)), outputs.DType);
        Tensor weight = Tensor.From(Array.ConvertAll(matches.Pairs, p => share[p.Picture]), [matches.Rows.Length, 1]).To(outputs.DType);
        Tensor error = (rows.Narrow(1, Classes, 4) - Tensor.Concat([shift, scale], 1)).Abs();
        return new DetectionLoss(classification, (error * weight).Sum());
    }

    private static (float X, float Y) Shift(Box anchor, Box box) => (
        (box.X0 + (box.Width / 2) - anchor.X0 - (anchor.Width / 2)) / anchor.Width,
        (box.Y0 + (box.Height / 2) - anchor.Y0 - (anchor.Height / 2)) / anchor.Height);

    /// <summary>Anchors around a position: heights of 1/2, 1 and 2 times the width, each in three sizes a third of an octave apart.</summary>
    private static Box[] Cell(int size) =>
    [
        .. ((float[])[0.5f, 1, 2]).SelectMany(ratio => ((int[])[size, (int)(size * Math.Pow(2, 1.0 / 3)), (int)(size * Math.Pow(2, 2.0 / 3))]).Select(s =>
        {
            float stretch = MathF.Sqrt(ratio), width = 1 / stretch * s, height = stretch * s;
            return new Box(MathF.Round(-width / 2), MathF.Round(-height / 2), MathF.Round(width / 2), MathF.Round(height / 2));
        })),
    ];
}
