namespace Fovea.Training;

/// <summary>One step of a search for the learning rate.</summary>
/// <param name="LearningRate">The rate of the step.</param>
/// <param name="Loss">The loss before it.</param>
/// <param name="Smoothed">The mean of the losses around it, the nearer the more.</param>
public readonly record struct LearningRatePoint(double LearningRate, double Loss, double Smoothed);

/// <summary>How the loss went while the learning rate grew. <see cref="ToJson"/> is what <c>train --find-lr --json</c> prints.</summary>
public sealed record LearningRateCurve
{
    // Steps at the lowest rates, which learn nothing: what the loss is to begin with.
    private const int Plateau = 10;

    // Standard deviation, in steps, of the weights of a point's neighbours in its smoothed loss.
    private const double Width = 3;

    // A fall of less than so many times the scatter of single losses may be chance.
    private const double Significant = 2;

    /// <summary>The steps, by rising rate.</summary>
    public required IReadOnlyList<LearningRatePoint> Points { get; init; }

    /// <summary>Whether the search ended before its last rate, as the loss had grown too far.</summary>
    public required bool HasDiverged { get; init; }

    /// <summary>The file in which the curve is drawn; null for a search from code.</summary>
    public string? Report { get; init; }

    /// <summary>
    /// The rate at which the smoothed loss fell fastest over the logarithm of the rate: the suggestion. Null where it did not fall by more than
    /// chance: by twice the scatter of single losses.
    /// </summary>
    public double? Steepest
    {
        get
        {
            int lowest = Enumerable.Range(0, Points.Count).MinBy(i => Points[i].Smoothed);
            if (lowest <= Plateau || Start - Lowest.Smoothed <= Significant * Scatter)
            {
                return null;
            }

            return Points[Enumerable.Range(1, lowest - 1).MinBy(i => Points[i + 1].Smoothed - Points[i - 1].Smoothed)].LearningRate;
        }
    }

    /// <summary>A tenth of the rate at which the smoothed loss was lowest: the more careful choice. Null where there is no suggestion.</summary>
    public double? TenthOfLowest => Steepest is null ? null : Lowest.LearningRate / 10;

    /// <summary>The point of the lowest smoothed loss.</summary>
    public LearningRatePoint Lowest => Points.MinBy(p => p.Smoothed);

    private double Start => Points.Take(Plateau).Average(p => p.Loss);

    // Standard deviation of single losses around their course, from the median of the differences of neighbours: half of a normal distribution
    // lies within 0.6745 deviations, and a difference has two parts.
    private double Scatter
    {
        get
        {
            double[] steps = [.. Enumerable.Range(1, Points.Count - 1).Select(i => Math.Abs(Points[i].Loss - Points[i - 1].Loss)).Order()];
            return steps[steps.Length / 2] / (0.6745 * Math.Sqrt(2));
        }
    }

    /// <summary>The curve of single losses.</summary>
    /// <param name="losses">Rates and losses, by rising rate, evenly spaced in the logarithm of the rate.</param>
    /// <param name="hasDiverged">Whether the search ended before its last rate.</param>
    internal static LearningRateCurve Of(IReadOnlyList<(double Rate, double Loss)> losses, bool hasDiverged)
    {
        // Neighbours on both sides are weighed alike: a running mean would trail by a decade.
        return new LearningRateCurve { Points = [.. losses.Select((l, i) => new LearningRatePoint(l.Rate, l.Loss, Smooth(i)))], HasDiverged = hasDiverged };

        double Smooth(int at)
        {
            double sum = 0, weights = 0;
            for (int i = 0; i < losses.Count; i++)
            {
                double weight = Math.Exp(-Math.Pow((i - at) / Width, 2) / 2);
                (sum, weights) = (sum + (weight * losses[i].Loss), weights + weight);
            }

            return sum / weights;
        }
    }

    /// <summary>One line of JSON: <c>{"suggestion":…,"tenthOfLowest":…,"diverged":…,"report":…,"points":[{"learningRate":…,"loss":…,"smoothed":…},…]}</c>.</summary>
    public string ToJson() => JsonLine.Of(json =>
    {
        json.Number("suggestion", Steepest);
        json.Number("tenthOfLowest", TenthOfLowest);
        json.WriteBoolean("diverged", HasDiverged);
        json.WriteString("report", Report);
        json.WriteStartArray("points");
        foreach (LearningRatePoint point in Points)
        {
            json.WriteStartObject();
            json.Number("learningRate", point.LearningRate);
            json.Number("loss", point.Loss);
            json.Number("smoothed", point.Smoothed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
