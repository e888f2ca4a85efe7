using Fovea.Onnx.Import;
using Fovea.Onnx.Protocol;

namespace Fovea.Onnx;

/// <summary>Files of one tensor, as ONNX's own backend tests have their inputs and outputs: <c>input_0.pb</c>.</summary>
public static class OnnxTensorFile
{
    /// <summary>Reads a file. Floats come as Float32, whole numbers other than bytes as Int64.</summary>
    /// <exception cref="OnnxException">The bytes are no tensor, or of a type that is not read here.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Tensor Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            using TensorScope scope = TensorScope.Begin();
            return scope.Keep(new Initializers(files: null).Read(ModelFile.Read(stream, TensorProto.Parser, ModelFile.Budget(stream), WorkMeter.None)));
        }
        catch (OnnxException error)
        {
            throw error.In(path);
        }
    }
}
