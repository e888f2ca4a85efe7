using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Import;

/// <summary>The tensors of a file, in the types that run here, with a note of what changed.</summary>
/// <param name="files">Where external data lie; null where there are none.</param>
internal sealed class Initializers(ExternalFiles? files)
{
    private readonly SortedDictionary<string, int> _converted = new(StringComparer.Ordinal);

    /// <summary>What is otherwise here than in the file.</summary>
    public IEnumerable<string> Notes => _converted.Select(c => $"{c.Value} tensor{(c.Value == 1 ? string.Empty : "s")} of {c.Key} {(c.Key == "double" ? "rounded" : "widened")} to float32");

    /// <summary>Reads a tensor: floats as Float32.</summary>
    /// <exception cref="OnnxException">It cannot be read.</exception>
    public Tensor Read(TensorProto proto)
    {
        Tensor tensor = TensorData.Read(proto, files);
        if (tensor.DType == DType.Float32 && proto.DataType == (int)TensorProto.Types.DataType.Float)
        {
            return tensor;
        }

        if (tensor.DType.IsFloating())
        {
            string name = ElementTypes.Name(proto.DataType);
            _converted[name] = _converted.GetValueOrDefault(name) + 1;
        }

        if (tensor.DType != DType.Float64)
        {
            return tensor;
        }

        using (tensor)
        {
            return tensor.To(DType.Float32);
        }
    }
}
