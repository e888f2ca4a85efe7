using Fovea.Io;
using Microsoft.ML.OnnxRuntime;

namespace Fovea.Bench.Peers;

/// <summary>One session, with input and output in memory that is handed over once.</summary>
internal sealed class SessionWork : IWork
{
    private const string Engine = "onnxruntime";
    private readonly SessionOptions _options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
    private readonly RunOptions _run = new();
    private readonly InferenceSession _session;
    private readonly OrtValue[] _inputs;
    private readonly OrtValue[] _outputs;

    public SessionWork(string folder, int threads)
    {
        _options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL;
        _options.IntraOpNumThreads = threads;
        _options.AddSessionConfigEntry("session.intra_op.allow_spinning", "1");
        _session = new InferenceSession(Path.Combine(folder, "model.onnx"), _options);
        Tensor x = NpzFile.Read(Path.Combine(folder, "data.npz"))["x"];
        _inputs = [OrtValue.CreateTensorValueFromMemory(x.ToArray<float>(), [.. x.Shape.Select(n => (long)n)])];

        // The first run makes the output, and so tells its shape.
        using (IDisposableReadOnlyCollection<OrtValue> first = _session.Run(_run, _session.InputNames, _inputs, _session.OutputNames))
        {
            float[] y = first[0].GetTensorDataAsSpan<float>().ToArray();
            _outputs = [OrtValue.CreateTensorValueFromMemory(y, first[0].GetTensorTypeAndShape().Shape)];
            Checks = new Dictionary<string, Dictionary<string, double[]>> { [Engine] = new() { ["y"] = Lines.Sample(y) } };
        }

        Steps = new Dictionary<string, Action> { [Engine] = () => _session.Run(_run, _session.InputNames, _inputs, _session.OutputNames, _outputs) };
    }

    public IReadOnlyDictionary<string, Action> Steps { get; }

    public IReadOnlyDictionary<string, Dictionary<string, double[]>> Checks { get; }

    public void Dispose()
    {
        foreach (OrtValue value in (OrtValue[])[.. _inputs, .. _outputs])
        {
            value.Dispose();
        }

        _session.Dispose();
        _run.Dispose();
        _options.Dispose();
    }
}
