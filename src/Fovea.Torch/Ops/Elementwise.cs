using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>Arithmetic, functions of one number, and other element types.</summary>
internal static class Elementwise
{
    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All =>
    [
        Two("add", (a, b) => a.add(b)), Two("subtract", (a, b) => a.sub(b)), Two("multiply", (a, b) => a.mul(b)), Two("divide", (a, b) => a.div(b)),
        Two("maximum", (a, b) => a.maximum(b)), Two("minimum", (a, b) => a.minimum(b)),
        One("negate", x => x.neg()), One("abs", x => x.abs()), One("sqrt", x => x.sqrt()), One("rsqrt", x => x.rsqrt()), One("square", x => x.square()),
        One("exp", x => x.exp()), One("log", x => x.log()), One("reciprocal", x => x.reciprocal()), One("erf", x => x.erf()),
        With("pow", "exponent", (x, number) => x.pow(number)),
        With("add_scalar", "amount", (x, number) => x.add(number)),
        With("multiply_scalar", "factor", (x, number) => x.mul(number)),
        With("divide_scalar", "divisor", (x, number) => x.div(number)),
        With("subtract_from_scalar", "minuend", (x, number) => x.neg().add(number)),
        With("divide_into_scalar", "dividend", (x, number) => x.reciprocal().mul(number)),
        ("clamp", Clamp),
        ("round", Round),
        ("cast", Cast),
    ];

    private static (string, Func<OpNode, TorchCall>) One(string op, Func<TorchTensor, TorchTensor> call) => (op, _ => x => [call(x[0])]);

    private static (string, Func<OpNode, TorchCall>) Two(string op, Func<TorchTensor, TorchTensor, TorchTensor> call) => (op, _ => x => [call(x[0], x[1])]);

    private static (string, Func<OpNode, TorchCall>) With(string op, string attribute, Func<TorchTensor, Scalar, TorchTensor> call) => (op, node =>
    {
        Scalar number = node.Scalar(attribute);
        return x => [call(x[0], number)];
    }
    );

    // A limit that is infinite is none.
    private static TorchCall Clamp(OpNode node)
    {
        (double low, double high) = (node.Number("low"), node.Number("high"));
        Scalar? least = double.IsNegativeInfinity(low) ? null : low.ToScalar();
        Scalar? most = double.IsPositiveInfinity(high) ? null : high.ToScalar();
        return least is null && most is null ? x => [x[0]] : x => [x[0].clamp(least, most)];
    }

    private static TorchCall Round(OpNode node) => (WholeNumber)node.Integer("to") switch
    {
        WholeNumber.Nearest => x => [x[0].round()],
        WholeNumber.Below => x => [x[0].floor()],
        _ => x => [x[0].ceil()],
    };

    // Ours saturates, and NaN becomes 0, where a conversion in C++ may give anything.
    private static TorchCall Cast(OpNode node)
    {
        var target = (DType)node.Integer("target");
        torch.ScalarType element = TorchValues.ElementOf(target);
        if (target == DType.UInt8 && node.DType is not DType.Bool)
        {
            (Scalar none, Scalar most) = (0.ToScalar(), ((int)byte.MaxValue).ToScalar());
            bool floating = node.DType.IsFloating();
            return x => [(floating ? x[0].nan_to_num(0) : x[0]).clamp(none, most).to(element)];
        }

        if (target == DType.Int64 && node.DType.IsFloating())
        {
            // 2⁶³ is a floating-point number, 2⁶³ − 1 is none.
            const double limit = 9223372036854775808.0;
            (Scalar above, Scalar below, Scalar none) = (limit.ToScalar(), (-limit).ToScalar(), 0.0.ToScalar());
            (Scalar most, Scalar least) = (long.MaxValue.ToScalar(), long.MinValue.ToScalar());
            return x =>
            {
                TorchTensor real = x[0].nan_to_num(0, double.PositiveInfinity, double.NegativeInfinity);
                (TorchTensor over, TorchTensor under) = (real.ge(above), real.lt(below));
                return [real.masked_fill(over.logical_or(under), none).to(element).masked_fill(over, most).masked_fill(under, least)];
            };
        }

        return x => [x[0].to(element)];
    }
}
