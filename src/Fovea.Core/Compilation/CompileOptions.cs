namespace Fovea;

/// <summary>How a model is compiled.</summary>
public sealed record CompileOptions
{
    /// <summary>The usual ones.</summary>
    public static CompileOptions Default { get; } = new();

    /// <summary>
    /// Whether a call with another number of samples (the first axis of every input) compiles the model for it, once (default true);
    /// otherwise such a call is refused.
    /// </summary>
    public bool OtherBatches { get; init; } = true;
}

/// <summary>One op of a compiled model.</summary>
/// <param name="Path">The module that it came from, such as <c>layer1.0.conv1</c>; empty at the top.</param>
/// <param name="Op">The op and what was fused into it, such as <c>conv2d+batch_norm+relu</c>.</param>
/// <param name="Output">Shape of its (first) output.</param>
/// <param name="Cost">Its arithmetic.</param>
/// <param name="TrafficBytes">Bytes that must be read and written at least once: inputs and outputs, packed weights excluded.</param>
public sealed record CompiledStep(string Path, string Op, Shape Output, OpCost Cost, long TrafficBytes)
{
    /// <summary>The fastest of the measured runs; 0 when none was measured.</summary>
    public double Seconds { get; init; }
}
