namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Elementwise =>
    [
        OfEach<ReluOp>((_, x) => Math.Max(x, 0)),
        OfEach<LeakyReluOp>((op, x) => x > 0 ? x : op.NegativeSlope * x),
        OfEach<Relu6Op>((_, x) => Math.Clamp(x, 0, 6)),
        OfEach<SigmoidOp>((_, x) => Logistic(x)),
        OfEach<TanhOp>((_, x) => Math.Tanh(x)),
        OfEach<ExpOp>((_, x) => Math.Exp(x)),
        OfEach<LogOp>((_, x) => Math.Log(x)),
        OfEach<SqrtOp>((_, x) => Math.Sqrt(x)),
        OfEach<RsqrtOp>((_, x) => 1 / Math.Sqrt(x)),
        OfEach<ReciprocalOp>((_, x) => 1 / x),
        OfEach<SquareOp>((_, x) => x * x),
        OfEach<AbsOp>((_, x) => Math.Abs(x)),
        OfEach<GeluOp>((_, x) => x * 0.5 * (1 + ErrorFunction(x / Math.Sqrt(2)))),
        OfEach<GeluTanhOp>((_, x) => x * 0.5 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
        OfEach<SiluOp>((_, x) => x * Logistic(x)),
        OfEach<HardSigmoidOp>((_, x) => Math.Clamp(x + 3, 0, 6) / 6),
        OfEach<HardSwishOp>((_, x) => x * Math.Clamp(x + 3, 0, 6) / 6),
        OfEach<SoftplusOp>((op, x) => op.Beta * x > 30 ? x : Math.Log(1 + Math.Exp(op.Beta * x)) / op.Beta),
        OfEach<ErfOp>((_, x) => ErrorFunction(x)),
        OfEach<ClampOp>((op, x) => Math.Clamp(x, op.Low, op.High)),
        OfEach<PowOp>((op, x) => Math.Pow(x, op.Exponent)),
        OfEach<NegateOp>((_, x) => -x),
        OfEach<AddScalarOp>((op, x) => x + op.Amount),
        OfEach<SubtractFromScalarOp>((op, x) => op.Minuend - x),
        OfEach<MultiplyScalarOp>((op, x) => x * op.Factor),
        OfEach<DivideScalarOp>((op, x) => x / op.Divisor),
        OfEach<DivideIntoScalarOp>((op, x) => op.Dividend / x),
    ];

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>A series without cancellation: erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·5 … (2n+1)).</summary>
    private static double ErrorFunction(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
