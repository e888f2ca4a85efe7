namespace Fovea.Bench.Compare;

/// <summary>The engines' names in requests, answers and results.</summary>
internal static class Engines
{
    public const string Fovea = "fovea";
    public const string FoveaEager = "fovea-eager";
    public const string FoveaBefore = "fovea-before";
    public const string Eager = "eager";
    public const string Script = "script";
    public const string LibTorch = "libtorch";
    public const string LibTorchFused = "libtorch-fused";
    public const string OnnxRuntime = "onnxruntime";

    /// <summary>Whether it is one of Fovea's own ways.</summary>
    public static bool IsOurs(string engine) => engine.StartsWith(Fovea, StringComparison.Ordinal);
}
