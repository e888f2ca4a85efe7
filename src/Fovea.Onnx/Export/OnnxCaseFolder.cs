using Fovea.Io;
using Fovea.Onnx.Export;
using Fovea.Onnx.Protocol;
using Google.Protobuf;

namespace Fovea.Onnx;

/// <summary>
/// Cases in the form of ONNX's own backend tests: a folder of <c>model.onnx</c> and <c>test_data_set_0/input_0.pb …, output_0.pb</c>, which every
/// runtime's test runner takes.
/// </summary>
public static class OnnxCaseFolder
{
    /// <summary>Writes a case.</summary>
    /// <param name="folder">Made where it is not there.</param>
    /// <param name="module">The module, in evaluation mode.</param>
    /// <param name="options">How the model is written.</param>
    /// <param name="inputs">What it is run on.</param>
    /// <param name="output">What comes out.</param>
    /// <param name="progress">Is told how far the writing of the model has come.</param>
    /// <param name="cancellation">Stops it before the model is there.</param>
    /// <returns>What the file takes.</returns>
    /// <exception cref="OnnxException">An op has no form in ONNX.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static OnnxSignature Write(
        string folder, Module module, OnnxExportOptions options, IReadOnlyList<Tensor> inputs, Tensor output, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(output);
        cancellation.ThrowIfCancellationRequested();
        string data = Path.Combine(folder, "test_data_set_0");
        Directory.CreateDirectory(data);
        OnnxSignature signature = module.ExportOnnx(Path.Combine(folder, "model.onnx"), options, [.. inputs.Select(t => t.Spec)], progress, cancellation);
        for (int i = 0; i < inputs.Count; i++)
        {
            Write(Path.Combine(data, $"input_{i}.pb"), signature.Inputs[i].Name, inputs[i]);
        }

        Write(Path.Combine(data, "output_0.pb"), signature.Outputs[0].Name, output);
        return signature;
    }

    private static void Write(string path, string name, Tensor tensor)
    {
        TensorProto proto = ModelWriter.Describe(name, tensor);
        proto.RawData = ByteString.CopyFrom(tensor.AsBytes());
        AtomicFile.Write(path, stream => proto.WriteTo(stream));
    }
}
