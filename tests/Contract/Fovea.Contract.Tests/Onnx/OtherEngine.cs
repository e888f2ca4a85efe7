using Microsoft.ML.OnnxRuntime;

namespace Fovea.Contract.Tests.Onnx;

/// <summary>ONNX Runtime, which knows nothing of ours but the bytes of a file.</summary>
internal sealed class OtherEngine : IDisposable
{
    private readonly SessionOptions _options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
    private readonly InferenceSession _session;

    public OtherEngine(byte[] model) => _session = new InferenceSession(model, _options);

    public OtherEngine(string path) => _session = new InferenceSession(path, _options);

    public IReadOnlyList<string> InputNames => _session.InputNames;

    public IReadOnlyDictionary<string, string> Metadata => _session.ModelMetadata.CustomMetadataMap;

    /// <summary>Whether the first axis of an input may have any length.</summary>
    public bool TakesAnyBatch(int input) => _session.InputMetadata[_session.InputNames[input]].Dimensions is [< 0, ..];

    public Tensor[] Run(params Tensor[] inputs)
    {
        var values = new List<OrtValue>();
        try
        {
            values.AddRange(inputs.Select(ToValue));
            using var run = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(run, _session.InputNames, values, _session.OutputNames);
            return [.. results.Select(FromValue)];
        }
        finally
        {
            values.ForEach(v => v.Dispose());
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _options.Dispose();
    }

    private static OrtValue ToValue(Tensor t)
    {
        long[] shape = [.. t.Shape.Select(n => (long)n)];
        return t.DType switch
        {
            DType.Float32 => OrtValue.CreateTensorValueFromMemory(t.ToArray<float>(), shape),
            DType.Float64 => OrtValue.CreateTensorValueFromMemory(t.ToArray<double>(), shape),
            DType.Int64 => OrtValue.CreateTensorValueFromMemory(t.ToArray<long>(), shape),
            DType.UInt8 => OrtValue.CreateTensorValueFromMemory(t.ToArray<byte>(), shape),
            _ => OrtValue.CreateTensorValueFromMemory(t.ToArray<bool>(), shape),
        };
    }

    private static Tensor FromValue(OrtValue value)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        Shape shape = new([.. info.Shape.Select(n => (int)n)]);
        return info.ElementDataType switch
        {
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => Tensor.From(value.GetTensorDataAsSpan<float>(), shape),
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Double => Tensor.From(value.GetTensorDataAsSpan<double>(), shape),
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 => Tensor.From(value.GetTensorDataAsSpan<long>(), shape),
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8 => Tensor.From(value.GetTensorDataAsSpan<byte>(), shape),
            _ => Tensor.From(value.GetTensorDataAsSpan<bool>(), shape),
        };
    }
}
