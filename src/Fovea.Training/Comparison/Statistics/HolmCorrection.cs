namespace Fovea.Training;

/// <summary>
/// Holm's correction (1979) for several tests: the k-th smallest of m probabilities is multiplied by m − k + 1, and none becomes smaller than one before it. What is
/// then below α holds for all together: the chance of one false finding among them is at most α, however the tests depend on each other.
/// </summary>
internal static class HolmCorrection
{
    /// <summary>Corrects probabilities.</summary>
    /// <param name="probabilities">One for each test that was done.</param>
    /// <param name="tried">How many tests there were to be: those that were not done count as if they had found nothing.</param>
    public static double[] Of(IReadOnlyList<double> probabilities, int tried)
    {
        double[] corrected = new double[probabilities.Count];
        double largest = 0;
        int left = tried;
        foreach (int i in Enumerable.Range(0, probabilities.Count).OrderBy(i => probabilities[i]))
        {
            largest = Math.Max(largest, Math.Min(1, probabilities[i] * left--));
            corrected[i] = largest;
        }

        return corrected;
    }
}
