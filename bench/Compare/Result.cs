namespace Fovea.Bench.Compare;

/// <summary>Times of one engine in one row, in milliseconds.</summary>
/// <param name="Engine">Its name.</param>
/// <param name="Minimum">The fastest step.</param>
/// <param name="Median">The middle one.</param>
/// <param name="Steps">How many were timed.</param>
internal sealed record EngineTime(string Engine, double Minimum, double Median, int Steps)
{
    public static EngineTime Of(string engine, List<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new(engine, sorted[0], sorted[sorted.Length / 2], sorted.Length);
    }
}

/// <summary>One measured row.</summary>
/// <param name="Row">What was measured.</param>
/// <param name="Difference">The largest difference of the engines' results, against the largest of them.</param>
/// <param name="Fovea">Fovea's times.</param>
/// <param name="Peers">The others'.</param>
internal sealed record Result(Row Row, double Difference, EngineTime Fovea, IReadOnlyList<EngineTime> Peers)
{
    /// <summary>The fastest peer's fastest step in Fovea's.</summary>
    public double RatioOfMinima => Peers.Min(p => p.Minimum) / Fovea.Minimum;

    /// <summary>The fastest peer's median step in Fovea's.</summary>
    public double RatioOfMedians => Peers.Min(p => p.Median) / Fovea.Median;

    /// <summary>Whether the engines computed the same.</summary>
    public bool Agrees => Difference <= Row.Tolerance;
}
