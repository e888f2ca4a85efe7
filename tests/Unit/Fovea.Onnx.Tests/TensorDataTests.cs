using Fovea.Onnx.Protocol;
using Google.Protobuf;
using static Fovea.Onnx.Protocol.TensorProto.Types;

namespace Fovea.Onnx.Tests;

/// <summary>The numbers of a tensor are the same in whichever place of the message they lie.</summary>
public sealed class TensorDataTests
{
    public static TheoryData<string> Types => ["Float", "Double", "Float16", "Bfloat16", "Int64", "Int32", "Int16", "Int8", "Uint8", "Uint16", "Uint32", "Uint64", "Bool"];

    [Theory]
    [MemberData(nameof(Types))]
    public void Raw_and_typed_data_agree(string name)
    {
        var type = Enum.Parse<DataType>(name);
        (TensorProto typed, byte[] raw, double[] values) = Example(type);
        typed.DataType = (int)type;
        typed.Dims.Add(values.Length);
        var packed = new TensorProto { DataType = (int)type, Dims = { values.Length }, RawData = ByteString.CopyFrom(raw) };
        using TensorScope scope = TensorScope.Begin();
        Assert.Equal(values, TensorData.Read(typed).To(DType.Float64).ToArray<double>());
        Tensor read = TensorData.Read(packed);
        Assert.Equal(values, read.To(DType.Float64).ToArray<double>());
        Assert.Equal(ElementTypes.Running((int)type, read.DType.IsFloating() ? read.DType : DType.Float32), read.DType);
    }

    private static (TensorProto Typed, byte[] Raw, double[] Values) Example(DataType type)
    {
        static byte[] Bytes<T>(Func<T, byte[]> of, params T[] values) => [.. values.SelectMany(of)];
        switch (type)
        {
            case DataType.Float:
                return (new TensorProto { FloatData = { 1.5f, -2 } }, Bytes(BitConverter.GetBytes, 1.5f, -2f), [1.5, -2]);
            case DataType.Double:
                return (new TensorProto { DoubleData = { 0.1, -2 } }, Bytes(BitConverter.GetBytes, 0.1, -2), [0.1, -2]);
            case DataType.Float16:
                return (new TensorProto { Int32Data = { 0x3E00, 0xC000 } }, [0x00, 0x3E, 0x00, 0xC0], [1.5, -2]);
            case DataType.Bfloat16:
                return (new TensorProto { Int32Data = { 0x3FC0, 0xC000 } }, [0xC0, 0x3F, 0x00, 0xC0], [1.5, -2]);
            case DataType.Int64:
                return (new TensorProto { Int64Data = { 5, -7 } }, Bytes(BitConverter.GetBytes, 5L, -7L), [5, -7]);
            case DataType.Uint64:
                return (new TensorProto { Uint64Data = { 5, 7 } }, Bytes(BitConverter.GetBytes, 5L, 7L), [5, 7]);
            case DataType.Uint32:
                return (new TensorProto { Uint64Data = { 5, uint.MaxValue } }, Bytes(BitConverter.GetBytes, 5u, uint.MaxValue), [5, uint.MaxValue]);
            case DataType.Int32:
                return (new TensorProto { Int32Data = { 5, -7 } }, Bytes(BitConverter.GetBytes, 5, -7), [5, -7]);
            case DataType.Int16:
                return (new TensorProto { Int32Data = { 5, -7 } }, Bytes(BitConverter.GetBytes, (short)5, (short)-7), [5, -7]);
            case DataType.Uint16:
                return (new TensorProto { Int32Data = { 5, 65535 } }, Bytes(BitConverter.GetBytes, (ushort)5, ushort.MaxValue), [5, 65535]);
            case DataType.Int8:
                return (new TensorProto { Int32Data = { 5, -7 } }, [5, 0xF9], [5, -7]);
            case DataType.Uint8:
                return (new TensorProto { Int32Data = { 5, 255 } }, [5, 255], [5, 255]);
            default:
                return (new TensorProto { Int32Data = { 1, 0 } }, [1, 0], [1, 0]);
        }
    }

    [Fact]
    public void Doubles_of_a_model_are_rounded_with_a_note()
    {
        ModelProto model = Protos.Model(13, Protos.Node("Add", "x w", "y"));
        model.Graph.Initializer.Add(new TensorProto { Name = "w", DataType = (int)DataType.Double, Dims = { 3 }, DoubleData = { 1, 2, 3 } });
        model.Graph.Initializer.Add(new TensorProto { Name = "v", DataType = (int)DataType.Float16, Dims = { 3 }, Int32Data = { 0, 0, 0 } });
        model.Graph.Node.Insert(0, Protos.Node("Sub", "x v", "z"));
        model.Graph.Node[1].Input[0] = "z";
        OnnxModel loaded = Protos.Load(model);
        Assert.Equal(["1 tensor of double rounded to float32", "1 tensor of float16 widened to float32"], loaded.Notes);
    }
}
