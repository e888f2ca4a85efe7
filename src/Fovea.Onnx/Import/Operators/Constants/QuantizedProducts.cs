using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Import;

/// <summary>
/// QLinearConv and QLinearMatMul, computed in floats: what they read is dequantised, and what they give is quantised again. ConvInteger and
/// MatMulInteger, whose sums of whole numbers float64 holds exactly.
/// </summary>
internal static class QuantizedProducts
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("QLinearConv", [10], Conv),
        Operator.Of("QLinearMatMul", [10, 21], node => Quantized(node, 6, 7, static (a, b, _) => ProductOperators.Product(a, b), isConvolution: false)),
        Operator.Of("ConvInteger", [10], WholeConv),
        Operator.Of("MatMulInteger", [10], static _ => static x =>
            ProductOperators.Product(FromZero(x[0], x.Optional(2), x[0].Rank - 2), FromZero(x[1], x.Optional(3), x[1].Rank - 1)).Cast(DType.Int64)),
    ];

    private static Func<NodeInputs, Tensor> WholeConv(NodeSetup node)
    {
        Func<Tensor, Tensor, Tensor?, Tensor> conv = ConvolutionOperators.Read(node);
        return x => conv(FromZero(x[0], x.Optional(2), 1), FromZero(x[1], x.Optional(3), 0), null).Cast(DType.Int64);
    }

    /// <summary>Whole numbers less their zero point, which is one for all, one for each place of an axis, or of a shape that fits.</summary>
    private static Tensor FromZero(Tensor x, Tensor? zero, int axis)
    {
        Tensor whole = Numbers.Real(x);
        if (zero is null)
        {
            return whole;
        }

        int[] lengths = [.. Enumerable.Repeat(1, x.Rank)];
        if (zero.Elements > 1 && zero.Rank == 1)
        {
            lengths[Math.Max(0, axis)] = zero.Elements;
        }

        return whole - Numbers.Real(zero.Elements == 1 || zero.Rank == 1 ? zero.Reshape(lengths) : zero);
    }

    private static Func<NodeInputs, Tensor> Conv(NodeSetup node)
    {
        Func<Tensor, Tensor, Tensor?, Tensor> conv = ConvolutionOperators.Read(node);
        return Quantized(node, 6, 7, (x, weight, bias) => conv(x, weight, bias), isConvolution: true);
    }

    private static Func<NodeInputs, Tensor> Quantized(NodeSetup node, int scale, int zero, Func<Tensor, Tensor, Tensor?, Tensor> product, bool isConvolution)
    {
        int? stored = node.ElementTypes(zero);
        return x =>
        {
            int type = stored ?? (x[zero].DType == DType.UInt8 ? (int)TensorProto.Types.DataType.Uint8
                : throw new NodeRefusal("a zero point of more than a byte that is no initialiser is not known"));
            Tensor a = Real(x[0], x[1], x[2], 0), b = Real(x[3], x[4], x[5], isConvolution ? 0 : x[3].Rank - 1);

            // The bias is of whole numbers in units of both scales.
            Tensor? bias = isConvolution && x.Optional(8) is { } whole ? whole.Cast(DType.Float32) * (x[1].Reshape() * (x[4].Elements == 1 ? x[4].Reshape() : x[4])) : null;
            Tensor y = product(a, b, bias);
            (long low, long high) = ElementTypes.Range(type) ?? throw new NodeRefusal($"a zero point of {ElementTypes.Name(type)} is not known");
            Tensor placed = (y / x[scale].Reshape()).Round() + x[zero].Cast(DType.Float32).Reshape();
            return placed.Clamp(low, high).Cast(ElementTypes.Running(type)!.Value);
        };
    }

    private static Tensor Real(Tensor x, Tensor scale, Tensor zero, int axis)
    {
        int[] one = [.. Enumerable.Repeat(1, x.Rank)], along = [.. one];
        along[Math.Max(0, axis)] = x.Shape[axis];
        Tensor Fit(Tensor t) => t.Reshape(t.Elements == 1 ? one : along);
        return (x.Cast(DType.Float32) - Fit(zero.Cast(DType.Float32))) * Fit(scale);
    }
}
