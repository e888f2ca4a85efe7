using Fovea.Onnx.Protocol;
using static Fovea.Onnx.Protocol.TensorProto.Types;

namespace Fovea.Onnx.Import;

/// <summary>
/// QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear, computed in floats: whole numbers of 8 or 16 bits, a scale for all or for each
/// place of an axis.
/// </summary>
internal static class QuantizationOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("QuantizeLinear", [10, 13, 19, 21], Quantize),
        Operator.Of("DequantizeLinear", [10, 13, 19, 21], Dequantize),
        Operator.OfMany("DynamicQuantizeLinear", [11], static _ => QuantizeToRange),
    ];

    private static Func<NodeInputs, Tensor> Quantize(NodeSetup node)
    {
        long axis = Axis(node);
        node.Attributes.Ignore("saturate");
        if (node.Version >= 21)
        {
            node.Attributes.Only("output_dtype", 0);
        }

        // A zero point that the file does not hold shows its type when it comes; all but bytes look alike then.
        int? stored = node.Has(2) ? node.ElementTypes(2) : (int)DataType.Uint8;
        if (stored is (int)DataType.Int32 or (int)DataType.Uint32 || (stored is { } said && ElementTypes.Range(said) is null))
        {
            throw new NodeRefusal($"a zero point of {ElementTypes.Name(stored.Value)} is not known");
        }

        return x =>
        {
            int type = stored ?? (x[2].DType == DType.UInt8 ? (int)DataType.Uint8 : throw new NodeRefusal("a zero point of more than a byte that is no initialiser is not known"));
            (long low, long high) = ElementTypes.Range(type)!.Value;
            Tensor y = (x[0] / Along(x[1], x[0], axis)).Round();
            y = x.Optional(2) is { } zero ? y + Along(zero.Cast(x[0].DType), x[0], axis) : y;
            return y.Clamp(low, high).Cast(ElementTypes.Running(type)!.Value);
        };
    }

    private static Func<NodeInputs, Tensor> Dequantize(NodeSetup node)
    {
        long axis = Axis(node);
        return x =>
        {
            Tensor y = x[0].Cast(x.Floats);
            y = x.Optional(2) is { } zero ? y - Along(zero.Cast(x.Floats), y, axis) : y;
            return y * Along(x[1], y, axis);
        };
    }

    /// <summary>Bytes whose scale and zero point follow from the least and the largest number: the range reaches to 0, which so has a byte of its own.</summary>
    private static Tensor[] QuantizeToRange(NodeInputs x)
    {
        const int most = byte.MaxValue;
        Tensor low = -(-x[0].Min()).Relu();
        Tensor range = x[0].Max().Relu() - low;

        // Zeros alone have no range; with a scale of 1 they are zeros again.
        Tensor scale = (range / most) + range.EqualTo(0).Cast(range.DType);
        Tensor zero = (-low / scale).Round().Clamp(0, most);
        Tensor y = ((x[0] / scale).Round() + zero).Clamp(0, most);
        return [y.Cast(DType.UInt8), scale, zero.Cast(DType.UInt8)];
    }

    private static long Axis(NodeSetup node)
    {
        if (node.Version >= 21)
        {
            node.Attributes.Only("block_size", 0);
        }

        return node.Version >= 13 ? node.Attributes.Int("axis", 1) : 0;
    }

    /// <summary>A number for all, or one for each place of an axis.</summary>
    private static Tensor Along(Tensor numbers, Tensor x, long axis)
    {
        if (numbers.Elements == 1)
        {
            return numbers.Reshape([.. Enumerable.Repeat(1, x.Rank)]);
        }

        int at = Whole.Axis(axis, x.Rank);
        int[] lengths = [.. Enumerable.Repeat(1, x.Rank)];
        lengths[at] = x.Shape[at];
        return numbers.Elements == x.Shape[at]
            ? numbers.Reshape(lengths)
            : throw new OnnxException($"expected {x.Shape[at]} numbers for axis {at}, got {numbers.Shape}");
    }
}
