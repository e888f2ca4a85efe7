namespace Fovea.Onnx;

/// <summary>How a model is written as ONNX.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>The usual ones.</summary>
    public static OnnxExportOptions Default { get; } = new();

    /// <summary>The version of ONNX's operators, 13 to 21 (default 17).</summary>
    public int Opset
    {
        get;
        init => field = value is >= 13 and <= 21 ? value : throw new OptionException("export", $"opset: expected 13 to 21, got {value}.");
    } = 17;

    /// <summary>Whether the file takes any number of samples at a time, where the model does (default true).</summary>
    public bool AnyBatch { get; init; } = true;

    /// <summary>Whether the file takes images of any height and width, where the model does (default true).</summary>
    public bool AnySize { get; init; } = true;

    /// <summary>What height and width must be multiples of for the model to take them, in pixels (default 1).</summary>
    public int SizeUnit { get; init; } = 1;

    /// <summary>Whether batch norms are folded into the convolutions before them (default false: every parameter has its name in the file).</summary>
    public bool FoldBatchNorm { get; init; }

    /// <summary>Whether weights and arithmetic are of half precision (default false). Inputs and outputs stay Float32.</summary>
    public bool Half { get; init; }

    /// <summary>What is done with pixels inside the file before the model sees them; null (the default) for nothing.</summary>
    public OnnxPreprocessing? Preprocessing { get; init; }

    /// <summary>Names of the inputs (default: <c>input</c>, and <c>input_1</c> and so on where there are more).</summary>
    public IReadOnlyList<string> InputNames { get; init; } = [];

    /// <summary>Name of the output (default <c>output</c>).</summary>
    public string OutputName { get; init; } = "output";

    /// <summary>What the file says of itself, such as the class names: keys and values of its metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The name of the graph in the file (default <c>fovea</c>).</summary>
    public string GraphName { get; init; } = "fovea";

    /// <summary>From how many bytes of weights on they lie in a file of their own beside the model: a message holds less than 2³¹ bytes.</summary>
    internal long ExternalFrom { get; init; } = 2_000_000_000;
}

/// <summary>
/// Resizing and normalisation inside an ONNX file, whose input is then <c>image</c>: UInt8 <c>[N, H, W, 3]</c>, red first. It is resized to the
/// model's size without keeping its aspect (linear; with antialiasing from opset 18 on), and <c>x = (pixel / 255 − mean) / deviation</c>.
/// </summary>
/// <param name="Mean">Subtracted, one number a channel.</param>
/// <param name="Deviation">Divided by, one number a channel.</param>
public sealed record OnnxPreprocessing(IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation);
