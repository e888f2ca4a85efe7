using Fovea.Compilation;

namespace Fovea;

/// <summary>How a model is compiled.</summary>
public sealed record CompileOptions
{
    /// <summary>The usual ones.</summary>
    public static CompileOptions Default { get; } = new();

    /// <summary>
    /// Whether a call may have another number of samples (the first axis of the first input, and of those where it is as long), which is
    /// planned when it comes (default true); otherwise such a call is refused. The model is traced three times for it instead of once.
    /// </summary>
    public bool OtherBatches { get; init; } = true;

    /// <summary>
    /// For how many batches the plan of a call is kept (at least 1, default 16); all work in the same memory. That of the compiled batch stays;
    /// of the others the one that was not used for the longest time goes when another comes, and is planned again when it is needed.
    /// </summary>
    public int Plans
    {
        get;
        init => field = value >= 1 ? value : throw new OptionException("Compile", $"expected at least 1 plan, got {value}.");
    } = 16;

    /// <summary>Passes from outside, which rewrite the program before the compiler's own do, in their order (default none).</summary>
    public IReadOnlyList<ICompilePass> Passes { get; init; } = [];

    /// <summary>
    /// Whether the module's parameters and buffers are disposed once it is compiled, which gives their memory back (default false). The
    /// module cannot be called, trained or saved any more.
    /// </summary>
    public bool ReleaseModule { get; init; }
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
