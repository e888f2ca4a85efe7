using Fovea.Onnx;
using Fovea.Onnx.Protocol;
using Google.Protobuf;
using static Fovea.Onnx.Protocol.AttributeProto.Types;
using static Fovea.Onnx.Protocol.TensorProto.Types;

namespace Fovea.Contract.Tests.Onnx;

/// <summary>Operators whose rules are long give here what they give in ONNX Runtime.</summary>
public sealed class ImportedOperatorTests
{
    [Theory]
    [InlineData("linear", 0.3f, 0.45f, 0)]
    [InlineData("linear", 0.5f, 1.7f, 0)]
    [InlineData("linear", 0.11f, 1f, 1)]
    [InlineData("cubic", 0.4f, 0.6f, 0)]
    [InlineData("cubic", 0.35f, 0.9f, 1)]
    public void Resize_with_antialiasing(string mode, float down, float across, int excludes)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Random(1, [2, 3, 37, 29]);
        Check(18, [x], [Floats("scales", [4], 1, 1, down, across)], Node("Resize", "x0  scales", "y", Text("mode", mode), Int("antialias", 1), Int("exclude_outside", excludes)));
    }

    [Theory]
    [InlineData(0, 3, 0.5f, 0.2f)]
    [InlineData(1, 5, 0.3f, 0.0f)]
    [InlineData(0, 100, 0.0f, 0.6f)]
    [InlineData(0, 0, 0.5f, 0.0f)]
    public void Non_maximum_suppression(int centred, long most, float overlap, float least)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor boxes = Random(2, [2, 40, 4]), scores = Random(3, [2, 3, 40]);
        Check(
            11, [boxes, scores], [Longs("most", most), Floats("overlap", [1], overlap), Floats("least", [1], least)],
            Node("NonMaxSuppression", "x0 x1 most overlap least", "y", Int("center_point_box", centred)), DataType.Int64);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Quantised_products(bool isSigned, bool each)
    {
        DataType weights = isSigned ? DataType.Int8 : DataType.Uint8;
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Bytes(4, [2, 6, 9, 8]);
        float[] scales = each ? [0.02f, 0.03f, 0.015f, 0.04f] : [0.02f];
        TensorProto[] conv =
        [
            Floats("xs", [], 0.05f), Whole("xz", [], DataType.Uint8, 120), Whole("w", [4, 3, 3, 3], weights, Draw(108)), Floats("ws", each ? [4] : [], scales),
            Whole("wz", each ? [4] : [], weights, each ? [0, 0, 0, 0] : [0]), Floats("ys", [], 0.3f), Whole("yz", [], DataType.Uint8, 110), Whole("b", [4], DataType.Int32, 90, -300, 0, 1200),
        ];
        Check(13, [x], conv, Node("QLinearConv", "x0 xs xz w ws wz ys yz b", "y", Ints("pads", 1, 1, 1, 1), Ints("strides", 2, 2), Int("group", 2)), DataType.Uint8, 1);
        Tensor rows = Bytes(5, [5, 7]);
        TensorProto[] product =
        [
            Floats("xs", [], 0.05f), Whole("xz", [], DataType.Uint8, 120), Whole("w", [7, 4], weights, Draw(28)), Floats("ws", [], 0.02f), Whole("wz", [], weights, 3),
            Floats("ys", [], 0.1f), Whole("yz", [], DataType.Uint8, 110),
        ];
        Check(13, [rows], product, Node("QLinearMatMul", "x0 xs xz w ws wz ys yz", "y"), DataType.Uint8, 1);

        int[] Draw(int count) => [.. Enumerable.Range(0, count).Select(i => (i * 37 % 101) - (weights == DataType.Uint8 ? 0 : 50))];
    }

    [Fact]
    public void If_takes_the_graph_that_a_length_decides()
    {
        using TensorScope scope = TensorScope.Begin();

        // As torch.onnx writes squeeze(1) of an axis of open length: the axis goes where it is 1, and else all stays.
        var then = new GraphProto { Name = "then", Node = { Node("Squeeze", "x0 one_axis", "squeezed") }, Output = { new ValueInfoProto { Name = "squeezed" } }, Initializer = { Longs("one_axis", 1) } };
        var otherwise = new GraphProto { Name = "else", Node = { Node("Mul", "x0 twice", "doubled") }, Output = { new ValueInfoProto { Name = "doubled" } } };
        NodeProto[] nodes =
        [
            Node("Shape", "x0", "shape"), Node("Gather", "shape axis", "length", Int("axis", 0)), Node("Equal", "length one", "is_one"),
            Node("If", "is_one", "y", Graph("then_branch", then), Graph("else_branch", otherwise)),
        ];
        foreach (int length in new[] { 1, 3 })
        {
            Check(13, [Random(6, [2, length, 4])], [Longs("axis", 1), Longs("one", 1), Floats("twice", [], 2)], nodes, DataType.Float).Dispose();
        }
    }

    public static TheoryData<string, string[]> Pieces => new()
    {
        { "silu", ["Sigmoid x0 a", "Mul x0 a y"] },
        { "hard_swish", ["HardSigmoid x0 a", "Mul a x0 y"] },
        { "gelu", ["Div x0 root a", "Erf a b", "Add b one c", "Mul x0 c d", "Mul d half y"] },
        { "gelu", ["Mul x0 half h", "Mul inverse x0 a", "Erf a b", "Add one b c", "Mul h c y"] },
        { "layer_norm", ["ReduceMean x0 a", "Sub x0 a b", "Pow b two c", "ReduceMean c d", "Add d little e", "Sqrt e f", "Div b f g", "Mul g weight h", "Add h bias y"] },

        // What is read elsewhere too stays what it is.
        { "sigmoid", ["Sigmoid x0 a", "Mul x0 a b", "Add a b y"] },
        { "erf", ["Div x0 root a", "Erf a b", "Add b one c", "Mul x0 c d", "Mul d two y"] },
    };

    [Theory]
    [MemberData(nameof(Pieces))]
    public void Functions_in_pieces_run_as_one(string op, string[] pieces)
    {
        using TensorScope scope = TensorScope.Begin();
        NodeProto[] nodes =
        [
            .. pieces.Select(p => p.Split(' ')).Select(p => Node(p[0], string.Join(' ', p[1..^1]), p[^1], p[0] switch
            {
                "ReduceMean" => [Ints("axes", -1)],
                "HardSigmoid" => [new AttributeProto { Name = "alpha", F = 1f / 6, Type = AttributeType.Float }],
                _ => [],
            })),
        ];
        TensorProto[] constants =
        [
            Floats("root", [], MathF.Sqrt(2)), Floats("inverse", [], MathF.Sqrt(0.5f)), Floats("one", [], 1), Floats("two", [], 2), Floats("half", [], 0.5f), Floats("little", [], 1e-5f),
            Floats("weight", [6], 1, 2, 0.5f, -1, 3, 1), Floats("bias", [6], 0, 1, 2, 3, 4, 5),
        ];
        Tensor x = (Random(7, [2, 5, 6]) - 0.5) * 8;
        using OnnxModel own = Check(13, [x], constants, nodes, DataType.Float);
        using Graph graph = own.Trace(x.Spec);
        Assert.Contains(op, graph.Nodes.Select(n => n.Op.Name));
        Assert.Equal(op is "sigmoid" or "erf", graph.Nodes.Count > 1);
        Assert.Equal(op == "layer_norm" ? ["weight", "bias"] : [], own.NamedParameters().Select(p => p.Name));
    }

    private static void Check(int opset, Tensor[] inputs, TensorProto[] constants, NodeProto node, DataType output = DataType.Float, double within = 0) =>
        Check(opset, inputs, constants, [node], output, within).Dispose();

    // Whole numbers that come from floats may round to the neighbour.
    private static OnnxModel Check(int opset, Tensor[] inputs, TensorProto[] constants, NodeProto[] nodes, DataType output, double within = 0)
    {
        var model = new ModelProto
        {
            IrVersion = 8,
            OpsetImport = { new OperatorSetIdProto { Version = opset } },
            Graph = new GraphProto { Name = "g", Initializer = { constants }, Node = { nodes }, Output = { Value("y", output, null) } },
        };
        model.Graph.Input.Add(inputs.Select((x, i) => Value($"x{i}", x.DType == DType.UInt8 ? DataType.Uint8 : DataType.Float, x.Rank)));
        byte[] file = model.ToByteArray();
        using var engine = new OtherEngine(file);
        OnnxModel own = OnnxModel.Load(new MemoryStream(file));
        own.Eval();
        Tensor expected = engine.Run(inputs)[0], actual = own.CallAll(inputs)[0];
        if (within > 0)
        {
            Assert.Equal(expected.Shape, actual.Shape);
            Assert.All(expected.To(DType.Float32).ToArray<float>().Zip(actual.To(DType.Float32).ToArray<float>()), p => Assert.InRange(p.First - p.Second, -within, within));
            Assert.True(expected.To(DType.Float32).ToArray<float>().Distinct().Count() > 8);
        }
        else
        {
            Near.Check(expected, actual, nodes[^1].OpType);
        }

        return own;
    }

    private static Tensor Random(ulong seed, Shape shape)
    {
        var x = Tensor.Empty(shape);
        new Generator(seed).FillUniform(x.AsSpan<float>(), 0, 1);
        return x;
    }

    private static Tensor Bytes(ulong seed, Shape shape) => (Random(seed, shape) * 255).Cast(DType.UInt8);

    private static ValueInfoProto Value(string name, DataType type, int? axes) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)type,
                Shape = axes is not { } count ? null : new TensorShapeProto { Dim = { Enumerable.Range(0, count).Select(i => new TensorShapeProto.Types.Dimension { DimParam = $"{name}_{i}" }) } },
            },
        },
    };

    private static NodeProto Node(string op, string inputs, string output, params AttributeProto[] attributes) =>
        new() { OpType = op, Name = $"{op}-{output}", Input = { inputs.Split(' ') }, Output = { output }, Attribute = { attributes } };

    private static AttributeProto Int(string name, long value) => new() { Name = name, I = value, Type = AttributeType.Int };

    private static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Ints = { values }, Type = AttributeType.Ints };

    private static AttributeProto Text(string name, string value) => new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = AttributeType.String };

    private static AttributeProto Graph(string name, GraphProto graph) => new() { Name = name, G = graph, Type = AttributeType.Graph };

    private static TensorProto Floats(string name, long[] dims, params float[] values) => new() { Name = name, DataType = (int)DataType.Float, Dims = { dims }, FloatData = { values } };

    private static TensorProto Longs(string name, params long[] values) => new() { Name = name, DataType = (int)DataType.Int64, Dims = { values.Length }, Int64Data = { values } };

    private static TensorProto Whole(string name, long[] dims, DataType type, params int[] values) => new() { Name = name, DataType = (int)type, Dims = { dims }, Int32Data = { values } };
}
