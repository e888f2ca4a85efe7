namespace Fovea.Bench.Compare;

/// <summary>Times of one engine in one row, in milliseconds.</summary>
/// <param name="MinMs">The fastest step.</param>
/// <param name="MedianMs">The middle one.</param>
/// <param name="Steps">How many were timed.</param>
internal sealed record EngineTime(double MinMs, double MedianMs, int Steps)
{
    public static EngineTime Of(List<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new(Math.Round(sorted[0], 4), Math.Round(sorted[sorted.Length / 2], 4), sorted.Length);
    }
}
