namespace Fovea.Training;

/// <summary>One bin of confidence: what the model claimed and how often it was right.</summary>
/// <param name="From">Lowest confidence of the bin, excluded (the first bin holds 0 as well).</param>
/// <param name="To">Highest confidence of the bin, included.</param>
/// <param name="Count">Images in the bin.</param>
/// <param name="Confidence">Their mean confidence; 0 for an empty bin.</param>
/// <param name="Accuracy">Share of them whose most likely class was right; 0 for an empty bin.</param>
public readonly record struct CalibrationBin(double From, double To, long Count, double Confidence, double Accuracy);

/// <summary>
/// Expected calibration error: how far confidence is from accuracy.
/// <c>ECE = Σ_b |B_b|/n · |accuracy(B_b) − confidence(B_b)|</c> over bins of equal width (Guo et al., "On Calibration of Modern Neural
/// Networks", 2017; 15 bins as there).
/// </summary>
public sealed class CalibrationError
{
    private readonly long[] _counts;
    private readonly long[] _correct;
    private readonly double[] _confidence;

    /// <summary>No image yet.</summary>
    /// <param name="bins">Number of bins, at least 1; default 15.</param>
    public CalibrationError(int bins = 15)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        _counts = new long[bins];
        _correct = new long[bins];
        _confidence = new double[bins];
    }

    /// <summary>The error so far, 0 to 1; 0 without images.</summary>
    public double Value
    {
        get
        {
            long total = _counts.Sum();
            double sum = 0;
            for (int b = 0; b < _counts.Length; b++)
            {
                sum += Math.Abs(_correct[b] - _confidence[b]);
            }

            return total == 0 ? 0 : sum / total;
        }
    }

    /// <summary>Counts an image.</summary>
    /// <param name="confidence">Probability of the most likely class, 0 to 1; one that is not a number counts as 0.</param>
    /// <param name="isCorrect">Whether that class was right.</param>
    public void Add(double confidence, bool isCorrect)
    {
        confidence = confidence is >= 0 and <= 1 ? confidence : confidence > 1 ? 1 : 0;
        int bin = Math.Clamp((int)Math.Ceiling(confidence * _counts.Length) - 1, 0, _counts.Length - 1);
        _counts[bin]++;
        _correct[bin] += isCorrect ? 1 : 0;
        _confidence[bin] += confidence;
    }

    /// <summary>The bins, from the least confident.</summary>
    public IReadOnlyList<CalibrationBin> Bins()
    {
        var bins = new CalibrationBin[_counts.Length];
        for (int b = 0; b < bins.Length; b++)
        {
            long n = _counts[b];
            bins[b] = new CalibrationBin(
                (double)b / bins.Length,
                (double)(b + 1) / bins.Length,
                n,
                n == 0 ? 0 : _confidence[b] / n,
                n == 0 ? 0 : (double)_correct[b] / n);
        }

        return bins;
    }
}
