namespace Fovea.Inspect;

/// <summary>What a benchmarked step does.</summary>
public enum BenchmarkPass
{
    /// <summary>Inference: evaluation mode, no tape.</summary>
    Forward,

    /// <summary>Training mode, forward and backward to the inputs and all parameters; no optimiser.</summary>
    Training,
}

/// <summary>What a benchmark measured.</summary>
/// <param name="Name">The mechanism or the model.</param>
/// <param name="Shape">Shape of the (first) input.</param>
/// <param name="Pass">What a step did.</param>
/// <param name="Threads">Threads of the arithmetic.</param>
/// <param name="Runs">Steps that were timed.</param>
/// <param name="MedianMs">Milliseconds of the middle step.</param>
/// <param name="MinMs">Milliseconds of the fastest step.</param>
/// <param name="P95Ms">Milliseconds that 95 % of the steps did not exceed.</param>
/// <param name="PeakBytes">The most native memory in use at once during a step, beyond the model and its inputs; null on another engine, which does not say.</param>
/// <param name="MultiplyAdds">Products that are added up in one forward pass.</param>
/// <param name="Parameters">Numbers that training changes.</param>
public sealed record BenchmarkResult(
    string Name,
    Shape Shape,
    BenchmarkPass Pass,
    int Threads,
    int Runs,
    double MedianMs,
    double MinMs,
    double P95Ms,
    long? PeakBytes,
    long MultiplyAdds,
    long Parameters)
{
    /// <summary>What computed it; null for our own engine.</summary>
    public string? Engine { get; init; }
}
