namespace Fovea.Onnx;

/// <summary>How a model is loaded from an ONNX file.</summary>
public sealed record OnnxImportOptions
{
    /// <summary>The defaults.</summary>
    public static OnnxImportOptions Default { get; } = new();

    /// <summary>
    /// Names of the values that the model gives; null (the default) for the outputs that the file names. What only other outputs need is left
    /// out, so that features can be had of a classifier, and another head put behind them.
    /// </summary>
    public IReadOnlyList<string>? Outputs { get; init; }

    /// <summary>
    /// Whether inputs must have the lengths that the file fixes (default true). A file exported for a batch of 1 often takes others as well; turn
    /// this off where you know that it does.
    /// </summary>
    public bool ChecksShapes { get; init; } = true;
}
