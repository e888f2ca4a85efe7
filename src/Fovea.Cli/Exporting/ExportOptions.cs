using Fovea.Onnx;
using Fovea.Training;

namespace Fovea.Cli.Exporting;

/// <summary>What <c>export</c> is asked for.</summary>
internal sealed record ExportOptions
{
    public string? Weights { get; init; }

    public string? Golden { get; init; }

    public ModelRequest Request { get; init; } = new();

    public OnnxExportOptions Onnx { get; init; } = OnnxExportOptions.Default;

    public bool WithPreprocessing { get; init; }

    public string Output { get; init; } = string.Empty;

    public bool Force { get; init; }
}
