using Fovea.Onnx.Protocol;
using Google.Protobuf;

namespace Fovea.Onnx.Tests;

/// <summary>Small models written by hand, as an exporter would write them.</summary>
internal static class Protos
{
    public const int Float = (int)TensorProto.Types.DataType.Float;
    public const int Int64 = (int)TensorProto.Types.DataType.Int64;

    /// <summary>A graph of one input "x" and one output "y".</summary>
    public static ModelProto Model(int opset, params NodeProto[] nodes) => new()
    {
        IrVersion = 8,
        OpsetImport = { new OperatorSetIdProto { Version = opset } },
        Graph = new GraphProto { Name = "g", Input = { Value("x", "n", 3) }, Output = { Value("y") }, Node = { nodes } },
    };

    public static ValueInfoProto Value(string name, params object[] dims) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = Float,
                Shape = dims.Length == 0 ? null : new TensorShapeProto
                {
                    Dim = { dims.Select(d => d is int n ? new TensorShapeProto.Types.Dimension { DimValue = n } : new TensorShapeProto.Types.Dimension { DimParam = (string)d }) },
                },
            },
        },
    };

    public static NodeProto Node(string op, string inputs, string outputs, params AttributeProto[] attributes) => new()
    {
        OpType = op,
        Name = $"{op}-{outputs}",
        Input = { inputs.Split(' ').Select(i => i == "-" ? string.Empty : i) },
        Output = { outputs.Split(' ') },
        Attribute = { attributes },
    };

    public static AttributeProto Int(string name, long value) => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static TensorProto Floats(string name, long[] dims, params float[] values) => new() { Name = name, DataType = Float, Dims = { dims }, FloatData = { values } };

    public static OnnxModel Load(ModelProto model, OnnxImportOptions? options = null)
    {
        OnnxModel loaded = OnnxModel.Load(new MemoryStream(model.ToByteArray()), options);
        loaded.Eval();
        return loaded;
    }
}
