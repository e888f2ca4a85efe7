namespace Fovea.Onnx.Import;

/// <summary>Every operator that is known.</summary>
internal static class OperatorTable
{
    /// <summary>The opsets of ONNX's own domain that are read; of those before 6 the operators that opset 6 still had.</summary>
    public const int FirstOpset = 1;

    /// <summary>The last of them.</summary>
    public const int LastOpset = 21;

    private static readonly Dictionary<string, Operator> s_all = ((IEnumerable<Operator>)
    [
        .. ArithmeticOperators.All,
        .. ManyOperandOperators.All,
        .. ElementwiseOperators.All,
        .. ActivationOperators.All,
        .. GateOperators.All,
        .. LogicOperators.All,
        .. ConvolutionOperators.All,
        .. ConvTransposeOperator.All,
        .. PoolOperators.All,
        .. GlobalPoolOperators.All,
        .. ProductOperators.All,
        .. EinsumOperator.All,
        .. BatchNormOperator.All,
        .. NormOperators.All,
        .. ResizeOperators.All,
        .. PadOperator.All,
        .. SliceOperator.All,
        .. ShapeOperators.All,
        .. AxisOperators.All,
        .. RepeatOperators.All,
        .. SplitOperators.All,
        .. GatherOperators.All,
        .. ScatterOperators.All,
        .. DepthOperators.All,
        .. ReductionOperators.All,
        .. ExtremeOperators.All,
        .. SoftmaxOperators.All,
        .. ConstantOperators.All,
        .. QuantizationOperators.All,
        .. QuantizedProducts.All,
        .. NonMaxSuppressionOperator.All,
        .. IfOperator.All,
        .. FusedOperators.All,
    ]).ToDictionary(o => o.Name, StringComparer.Ordinal);

    /// <summary>The operators, by name.</summary>
    public static IReadOnlyCollection<Operator> All => s_all.Values;

    /// <summary>The operator of that name in ONNX's own domain, or null.</summary>
    public static Operator? Find(string name) => s_all.GetValueOrDefault(name);
}
