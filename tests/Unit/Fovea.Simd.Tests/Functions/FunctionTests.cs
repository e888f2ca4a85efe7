using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Functions;

/// <summary>Values at the edges, the double bodies, and each derivative against differences of its function in double.</summary>
public class FunctionTests
{
    private static readonly double s_inf = double.PositiveInfinity;

    [Fact]
    public void Values_at_the_edges()
    {
        Edges(default(Exp), (-s_inf, 0), (s_inf, s_inf), (0, 1), (-1000, 0), (1000, s_inf), (double.NaN, double.NaN));
        Edges(default(Log), (0, -s_inf), (-0.0, -s_inf), (1, 0), (s_inf, s_inf), (-1, double.NaN), (-s_inf, double.NaN), (double.NaN, double.NaN));
        Edges(default(Sigmoid), (-s_inf, 0), (s_inf, 1), (0, 0.5), (double.NaN, double.NaN));
        Edges(default(Silu), (-s_inf, 0), (s_inf, s_inf), (0, 0), (double.NaN, double.NaN));
        Edges(default(Tanh), (-s_inf, -1), (s_inf, 1), (0, 0), (double.NaN, double.NaN));
        Edges(default(Erf), (-s_inf, -1), (s_inf, 1), (0, 0), (20, 1), (-20, -1), (double.NaN, double.NaN));
        Edges(default(Gelu), (-s_inf, 0), (s_inf, s_inf), (0, 0), (-100, 0), (100, 100), (double.NaN, double.NaN));
        Edges(default(GeluTanh), (-s_inf, 0), (s_inf, s_inf), (0, 0), (-100, 0), (100, 100), (double.NaN, double.NaN));
        Edges(new Softplus(1), (-s_inf, 0), (s_inf, s_inf), (1000, 1000), (-1000, 0), (double.NaN, double.NaN));
        Edges(default(Relu), (-s_inf, 0), (s_inf, s_inf), (-1, 0), (3, 3), (double.NaN, double.NaN));
        Edges(new LeakyRelu(0.5), (-4, -2), (3, 3), (s_inf, s_inf), (double.NaN, double.NaN));
        Edges(default(HardSigmoid), (-s_inf, 0), (s_inf, 1), (-3, 0), (3, 1), (0, 0.5), (double.NaN, double.NaN));
        Edges(default(HardSwish), (-s_inf, 0), (s_inf, s_inf), (-3, 0), (3, 3), (6, 6), (double.NaN, double.NaN));
        Edges(new Clamp(-1, 2), (-s_inf, -1), (s_inf, 2), (0.5, 0.5), (double.NaN, double.NaN));
        Edges(default(SquareRoot), (4, 2), (s_inf, s_inf), (-1, double.NaN), (0, 0));
        Edges(default(ReciprocalSquareRoot), (4, 0.5), (0, s_inf), (s_inf, 0), (-1, double.NaN));
        Edges(default(Reciprocal), (4, 0.25), (0, s_inf), (s_inf, 0));
        Edges(default(Sign), (-4, -1), (0, 0), (5, 1), (s_inf, 1), (-s_inf, -1), (double.NaN, double.NaN));
        Edges(default(Absolute), (-4, 4), (-s_inf, s_inf), (double.NaN, double.NaN));
    }

    [Fact]
    public void Sign_of_zero_survives_odd_functions()
    {
        foreach (float y in (float[])[Of<Tanh, float>(default, -0f), Of<Erf, float>(default, -0f), Of<Negate, float>(default, 0f)])
        {
            Assert.True(y == 0 && float.IsNegative(y));
        }
    }

    /// <summary>erf and Φ from Abramowitz and Stegun, table 7.1, and the continued fraction's far end.</summary>
    [Theory]
    [InlineData(0.1, 0.1124629160182848922)]
    [InlineData(0.5, 0.5204998778130465377)]
    [InlineData(1.0, 0.8427007929497148693)]
    [InlineData(1.9, 0.9927904292352574700)]
    [InlineData(2.0, 0.9953222650189527342)]
    [InlineData(3.0, 0.9999779095030014146)]
    [InlineData(-1.5, -0.9661051464753107271)]
    public void Erf_in_double(double x, double expected) => Assert.Equal(expected, Of<Erf, double>(default, x), 2e-15);

    [Fact]
    public void Complement_in_double_keeps_its_relative_accuracy()
    {
        Assert.Equal(1, Erf.Scalar.Complement(4) / 1.541725790028001885e-8, 1e-13);
        Assert.Equal(1, Erf.Scalar.Complement(10) / 2.088487583762544757e-45, 1e-12);
    }

    [Fact]
    public void Derivatives_agree_with_differences()
    {
        double[] everywhere = [-7.3, -4.1, -2.2, -1.3, -0.7, -0.2, 0.1, 0.6, 1.4, 2.3, 3.7, 6.9];
        double[] positive = [0.1, 0.6, 1.4, 2.3, 3.7, 6.9];
        FromInput(default(Log), default(LogBackward), positive);
        FromInput(default(Silu), default(SiluBackward), everywhere);
        FromInput(default(Gelu), default(GeluBackward), everywhere);
        FromInput(default(GeluTanh), default(GeluTanhBackward), everywhere);
        FromInput(default(Erf), default(ErfBackward), everywhere);
        FromInput(new Softplus(1), new SoftplusBackward(1), everywhere);
        FromInput(new Softplus(2.5), new SoftplusBackward(2.5), everywhere);
        FromInput(default(HardSigmoid), default(HardSigmoidBackward), everywhere);
        FromInput(default(HardSwish), default(HardSwishBackward), everywhere);
        FromInput(new LeakyRelu(0.1), new LeakyReluBackward(0.1), everywhere);
        FromInput(default(Absolute), default(AbsoluteBackward), everywhere);
        FromInput(default(Square), default(SquareBackward), everywhere);
        FromInput(new Clamp(-1.1, 2), new ClampBackward(-1.1, 2), everywhere);
        FromOutput(default(Sigmoid), default(SigmoidBackward), everywhere);
        FromOutput(default(Tanh), default(TanhBackward), everywhere);
        FromOutput(default(Relu), default(ReluBackward), everywhere);
        FromOutput(default(Exp), default(Multiply), everywhere);
        FromOutput(default(SquareRoot), default(SquareRootBackward), positive);
        FromOutput(default(ReciprocalSquareRoot), default(ReciprocalSquareRootBackward), positive);
        FromOutput(default(Reciprocal), default(ReciprocalBackward), positive);
    }

    [Fact]
    public void Derivatives_are_finite_far_out()
    {
        foreach (double x in (double[])[-s_inf, -1e30, -200, 200, 1e30, s_inf])
        {
            double step = x > 0 ? 1 : 0;
            Assert.Equal(step, Of2<SiluBackward, float>(default, (float)x, 1f), 6);
            Assert.Equal(step, Of2<GeluBackward, float>(default, (float)x, 1f), 6);
            Assert.Equal(step, Of2<GeluTanhBackward, float>(default, (float)x, 1f), 6);
            Assert.Equal(step, Of2<SoftplusBackward, float>(new(1), (float)x, 1f), 6);
            Assert.Equal(step, Of2<SiluBackward, double>(default, x, 1), 6);
            Assert.Equal(step, Of2<GeluBackward, double>(default, x, 1), 6);
        }
    }

    private static void Edges<TOp>(TOp op, params (double X, double Y)[] cases)
        where TOp : unmanaged, IUnary
    {
        foreach ((double x, double y) in cases)
        {
            Check.Close([y], [Of<TOp, float>(op, (float)x)], 1e-6, $"{typeof(TOp).Name}({x}) float");
            Check.Close([y], [Of<TOp, double>(op, x)], 1e-14, $"{typeof(TOp).Name}({x}) double");
        }
    }

    private static void FromInput<TOp, TBack>(TOp op, TBack back, double[] points)
        where TOp : unmanaged, IUnary
        where TBack : unmanaged, IBinary => Derivative(op, back, points, static (x, _) => x);

    private static void FromOutput<TOp, TBack>(TOp op, TBack back, double[] points)
        where TOp : unmanaged, IUnary
        where TBack : unmanaged, IBinary => Derivative(op, back, points, static (_, y) => y);

    private static void Derivative<TOp, TBack>(TOp op, TBack back, double[] points, Func<double, double, double> saved)
        where TOp : unmanaged, IUnary
        where TBack : unmanaged, IBinary
    {
        foreach (double x in points)
        {
            const double Step = 1e-5;
            double slope = (Of<TOp, double>(op, x + Step) - Of<TOp, double>(op, x - Step)) / (2 * Step);
            double from = saved(x, Of<TOp, double>(op, x));
            Check.Close([slope * 3], [Of2<TBack, double>(back, from, 3)], 1e-8, $"{typeof(TBack).Name} at {x}");
            Check.Close([slope * 3], [Of2<TBack, float>(back, (float)from, 3)], 3e-6, $"{typeof(TBack).Name} at {x}, float");
        }
    }

    private static T Of<TOp, T>(TOp op, T x)
        where TOp : unmanaged, IUnary
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // The same number through a whole register and through the ragged end.
        Span<T> xs = stackalloc T[17];
        Span<T> ys = stackalloc T[17];
        xs.Fill(x);
        Map.Run(xs, ys, op);
        Assert.True(ys[0].Equals(ys[16]), $"{typeof(TOp).Name}: {ys[0]} in a register, {ys[16]} at the end");
        return ys[0];
    }

    private static T Of2<TOp, T>(TOp op, T x, T y)
        where TOp : unmanaged, IBinary
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> z = stackalloc T[1];
        Zip.Run([x], [y], z, op);
        return z[0];
    }
}
