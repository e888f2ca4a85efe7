using Fovea.Onnx;
using Fovea.Testing;
using Fovea.Testing.Mutating;

namespace Fovea.Soak.Readers;

/// <summary>ONNX models: the messages, the tensors, the graph, and what is computed of its constants.</summary>
public sealed class OnnxReader() : Reader("onnx", new WireStructure())
{
    // Networks of several operators, and single ones whose attributes and constants are read when the model is loaded.
    private const int LargestSeed = 12_000;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Golden("onnx"), "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)
            .Where(f => f.Length <= LargestSeed),
    ];

    public override long Read(byte[] file, string folder)
    {
        using OnnxModel model = OnnxModel.Load(new MemoryStream(file));
        return Bytes(StateDict.Of(model).Values);
    }
}
