namespace Fovea.Training;

/// <summary>Precision over recall of a class for objects of one size, for each IoU threshold; nothing where no object is asked for.</summary>
internal sealed class PrecisionCurves
{
    /// <summary>Recalls at which precision is read: 0, 0.01, …, 1.</summary>
    private const int Points = 101;

    private readonly MatchedDetection[] _detections;
    private readonly int _size;
    private readonly int _objects;

    /// <param name="detections">All of the class, by falling score.</param>
    /// <param name="size">Which objects are asked for, by number.</param>
    /// <param name="objects">How many they are.</param>
    public PrecisionCurves(MatchedDetection[] detections, int size, int objects)
    {
        (_detections, _size, _objects) = (detections, size, objects);
        Precision = objects == 0 ? [] : [.. Enumerable.Range(0, PictureMatching.Thresholds).Select(Curve)];
    }

    /// <summary>Precision at each recall, for each threshold.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Precision { get; }

    /// <summary>The mean precision over recalls and thresholds, or for one threshold in hundredths.</summary>
    public double? Ap(int? threshold = null) => _objects == 0 ? null
        : threshold is { } t ? Precision[(t - 50) / 5].Average()
        : Precision.Average(c => c.Average());

    /// <summary>The share of the objects that are found by the best detections of each picture, averaged over thresholds.</summary>
    public double? Recall(int detections) => _objects == 0
        ? null
        : Enumerable.Range(0, PictureMatching.Thresholds).Average(t => (double)_detections.Count(d => d.Rank < detections && IsRight(d, t)) / _objects);

    private bool IsIgnored(in MatchedDetection d, int threshold) => (d.Ignored[_size] >> threshold & 1) != 0;

    private bool IsRight(in MatchedDetection d, int threshold) => (d.Found[_size] >> threshold & 1) != 0 && !IsIgnored(d, threshold);

    /// <summary>At each recall the best precision that is reached at that recall or a higher one; 0 past the highest.</summary>
    private double[] Curve(int threshold)
    {
        var reached = new List<(double Recall, double Precision)>();
        int right = 0, wrong = 0;
        foreach (MatchedDetection d in _detections)
        {
            if (!IsIgnored(d, threshold))
            {
                (right, wrong) = IsRight(d, threshold) ? (right + 1, wrong) : (right, wrong + 1);
                reached.Add(((double)right / _objects, (double)right / (right + wrong)));
            }
        }

        double[] curve = new double[Points];
        double best = 0;
        int left = reached.Count;
        for (int i = Points - 1; i >= 0; i--)
        {
            while (left > 0 && reached[left - 1].Recall >= i / (Points - 1.0))
            {
                best = Math.Max(best, reached[--left].Precision);
            }

            curve[i] = best;
        }

        return curve;
    }
}
