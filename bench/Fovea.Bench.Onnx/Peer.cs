using Microsoft.ML.OnnxRuntime;

namespace Fovea.Bench.Onnx;

/// <summary>ONNX Runtime on the same file.</summary>
internal sealed class Peer(string path) : IDisposable
{
    private readonly SessionOptions _options = new() { IntraOpNumThreads = Fovea.Simd.Drivers.ParallelPool.Threads };
    private InferenceSession? _session;

    private InferenceSession Session => _session ??= new InferenceSession(path, _options);

    /// <summary>Runs the model of one input and one output.</summary>
    public float[] Run(float[] x, Shape shape)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(x, [.. shape.Select(n => (long)n)]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = Session.Run(run, Session.InputNames, [input], [Session.OutputNames[0]]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _session?.Dispose();
        _options.Dispose();
    }
}
