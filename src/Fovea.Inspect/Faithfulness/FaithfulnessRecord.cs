namespace Fovea.Inspect;

/// <summary>What was measured of one method so far.</summary>
internal sealed class FaithfulnessRecord(IMapMethod method, bool isBaseline)
{
    private readonly List<double>[] _values = [.. Enum.GetValues<FaithfulnessMetric>().Select(static _ => new List<double>())];
    private double[] _deletion = [];
    private double[] _insertion = [];
    private int _curves;

    public IMapMethod Method { get; } = method;

    public bool IsBaseline { get; } = isBaseline;

    /// <summary>Where the latest map was taken.</summary>
    public string Site { get; set; } = string.Empty;

    /// <summary>The mean deletion curve.</summary>
    public PerturbationCurve Deletion => new([.. _deletion.Select(s => s / _curves)]);

    /// <summary>The mean insertion curve.</summary>
    public PerturbationCurve Insertion => new([.. _insertion.Select(s => s / _curves)]);

    /// <summary>The values of a metric, one a picture; NaN where a picture has none.</summary>
    public IReadOnlyList<double> Of(FaithfulnessMetric metric) => _values[(int)metric];

    public void Add(FaithfulnessMetric metric, double value) => _values[(int)metric].Add(value);

    public void Add(DeletionInsertion curves)
    {
        Add(FaithfulnessMetric.Deletion, curves.Deletion.Area);
        Add(FaithfulnessMetric.Insertion, curves.Insertion.Area);
        _deletion = Sum(_deletion, curves.Deletion);
        _insertion = Sum(_insertion, curves.Insertion);
        _curves++;
    }

    private static double[] Sum(double[] sum, PerturbationCurve curve) => sum.Length == 0
        ? [.. curve.Scores]
        : [.. sum.Zip(curve.Scores, static (a, b) => a + b)];
}
