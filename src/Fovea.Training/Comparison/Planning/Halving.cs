namespace Fovea.Training;

/// <summary>
/// Successive halving (Jamieson and Talwalkar, 2016) within a budget: all candidates train for the first part of their epochs, the better half for twice as long, and
/// so on; the last go to the end. There are as few rungs as the budget allows, so that nobody is judged earlier than he must be.
/// </summary>
internal static class Halving
{
    /// <summary>Plans the rungs.</summary>
    /// <param name="epochs">Epochs of a whole run.</param>
    /// <param name="validateEvery">A score is known after each epoch of so many.</param>
    /// <param name="secondsPerEpoch">What an epoch of each candidate takes, over all seeds.</param>
    /// <param name="baseline">Which of them goes to the end in any case.</param>
    /// <param name="budget">Seconds; null for as many as it takes.</param>
    /// <returns>The epochs of the rungs, and what all will take in seconds.</returns>
    /// <exception cref="OptionException">No way of dropping keeps the budget.</exception>
    public static (IReadOnlyList<int> Rungs, double Seconds) Plan(int epochs, int validateEvery, IReadOnlyList<double> secondsPerEpoch, int baseline, double? budget)
    {
        double least = double.MaxValue, most = budget ?? double.PositiveInfinity;
        int before = 0;
        for (int count = 0; ; count++)
        {
            int[] rungs = [.. Rungs(epochs, validateEvery, count)];
            if (count > 0 && (rungs.Length == before || rungs.Length - 2 > Math.Log2(Math.Max(1, secondsPerEpoch.Count - 1))))
            {
                break;
            }

            before = rungs.Length;
            double seconds = Seconds(rungs, secondsPerEpoch, baseline);
            if (seconds <= most)
            {
                return (rungs, seconds);
            }

            least = Math.Min(least, seconds);
        }

        throw new OptionException("budget",
            $"even with all dropped that can be, the runs take about {Format.Time(least)}, and the budget is {Format.Time(most)}; give more, or fewer candidates, seeds or epochs.");
    }

    // Doubling up to the end, each after an epoch that is validated.
    private static IEnumerable<int> Rungs(int epochs, int validateEvery, int count)
    {
        int last = 0;
        for (int i = count; i > 0; i--)
        {
            int at = Math.Max(1, (int)Math.Round(epochs / Math.Pow(2, i)));
            at = (at + validateEvery - 1) / validateEvery * validateEvery;
            if (at > last && at < epochs)
            {
                yield return last = at;
            }
        }

        yield return epochs;
    }

    // Who goes on is not known yet: those who do are taken to be of mean cost.
    private static double Seconds(int[] rungs, IReadOnlyList<double> secondsPerEpoch, int baseline)
    {
        double own = secondsPerEpoch[baseline];
        int challengers = secondsPerEpoch.Count - 1, done = 0;
        double mean = challengers == 0 ? 0 : (secondsPerEpoch.Sum() - own) / challengers, sum = 0;
        foreach (int rung in rungs)
        {
            sum += (rung - done) * (own + (challengers * mean));
            (done, challengers) = (rung, ComparisonPlan.Kept(challengers));
        }

        return sum;
    }
}
