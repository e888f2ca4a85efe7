namespace Fovea.Onnx.Import;

/// <summary>Add, Sub, Mul, Div, Pow and Mod.</summary>
internal static class ArithmeticOperators
{
    public static IEnumerable<Operator> All =>
    [
        Binary("Add", [6, 7, 13, 14], static (a, b) => a + b, static (x, n) => x + n, static (n, x) => n + x),
        Binary("Sub", [6, 7, 13, 14], static (a, b) => a - b, static (x, n) => x - n, static (n, x) => n - x),
        Binary("Mul", [6, 7, 13, 14], static (a, b) => a * b, static (x, n) => x * n, static (n, x) => n * x),
        Binary("Div", [6, 7, 13, 14], static (a, b) => a / b, static (x, n) => x / n, static (n, x) => n / x),
        Operator.Of("Pow", [1, 7, 12, 13, 15], Pow),
        Operator.Of("Mod", [10, 13], Mod),
    ];

    private static Operator Binary(
        string name, int[] versions, Func<Tensor, Tensor, Tensor> f, Func<Tensor, double, Tensor> withNumber, Func<double, Tensor, Tensor> ofNumber) =>
        Operator.Of(name, versions, node =>
        {
            Func<Tensor, Tensor, Tensor> fit = LegacyBroadcast.Of(node);

            // A number takes a pass that reads nothing else.
            double? right = node.Opset >= 7 ? node.ConstantNumber(1) : null;
            double? left = node.Opset >= 7 && right is null ? node.ConstantNumber(0) : null;
            return x => right is { } second && IsNumberFor(x[0], x[1]) ? withNumber(x[0], second)
                : left is { } first && IsNumberFor(x[1], x[0]) ? ofNumber(first, x[1])
                : Numbers.Binary(x[0], fit(x[0], x[1]), f);
        }).MeetingWeights();

    private static bool IsNumberFor(Tensor x, Tensor number) => x.DType.IsFloating() && number.DType.IsFloating() && number.Rank <= x.Rank;

    private static Func<NodeInputs, Tensor> Pow(NodeSetup node)
    {
        LegacyBroadcast.Of(node);
        if (node.ConstantNumber(1) is not { } exponent || node.Constant(1)!.Rank > 1)
        {
            throw new NodeRefusal("an exponent that is not one constant number is not known");
        }

        return x =>
        {
            Tensor y = Numbers.Unary(x[0], b => b.Pow(exponent));
            return y.Rank >= x[1].Rank ? y : y.Reshape(1);
        };
    }

    private static Func<NodeInputs, Tensor> Mod(NodeSetup node)
    {
        bool truncates = node.Attributes.Flag("fmod");
        return x => !truncates && x[0].DType.IsFloating()
            ? throw new NodeRefusal("fmod 0 is not known for floats")
            : Numbers.Binary(x[0], x[1], (a, b) =>
            {
                // In float64 the quotient of two floats is cut to the right whole number up to 2²⁹.
                (Tensor wideA, Tensor wideB) = (a.Cast(DType.Float64), b.Cast(DType.Float64));
                Tensor quotient = wideA / wideB;
                return (wideA - (wideB * (truncates ? Numbers.Truncate(quotient) : quotient.Floor()))).Cast(a.DType);
            });
    }
}
