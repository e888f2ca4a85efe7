using System.Globalization;

namespace Fovea.Bench.Compare;

/// <summary>What a row should reach, as a peer's time over Fovea's.</summary>
/// <param name="Best">Against the fastest peer of all, or null.</param>
/// <param name="PyTorch">Against the faster of PyTorch's two ways, or null.</param>
/// <param name="OnnxRuntime">Against ONNX Runtime, or null.</param>
internal sealed record Target(double? Best = null, double? PyTorch = null, double? OnnxRuntime = null)
{
    /// <summary>Whether anything is asked at all.</summary>
    public bool IsSet => Best is not null || PyTorch is not null || OnnxRuntime is not null;

    public override string ToString() => string.Join(", ", new[] { Part(Best, string.Empty), Part(PyTorch, " PyTorch"), Part(OnnxRuntime, " ONNX") }.Where(p => p.Length > 0));

    private static string Part(double? value, string whom) =>
        value is { } v ? string.Create(CultureInfo.InvariantCulture, $"{v:0.0#}{whom}") : string.Empty;
}
