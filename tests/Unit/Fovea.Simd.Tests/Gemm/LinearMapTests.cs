using System.Numerics;
using Fovea.Simd.Gemm;

namespace Fovea.Simd.Tests.Gemm;

public class LinearMapTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 5, 4 }, { 3, 0, 4 }, { 3, 5, 0 }, { 1, 1, 1 }, { 1, 300, 200 }, { 2, 33, 17 }, { 5, 31, 64 }, { 13, 65, 300 }, { 197, 96, 130 },
        { 3, 1000, 2100 }, { 7, 5, 4200 }, { 130, 270, 515 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_formula_in_float(int rows, int outs, int ins) => CheckAll<float>(rows, outs, ins, 2e-5);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_formula_in_double(int rows, int outs, int ins) => CheckAll<double>(rows, outs, ins, 1e-13);

    [Fact]
    public void Gives_the_same_bits_on_any_number_of_threads()
    {
        const int Rows = 61, Outs = 400, Ins = 300;
        float[] x = Numbers.Uniform<float>(Rows * Ins, 1);
        float[] weight = Numbers.Uniform<float>(Outs * Ins, 2);
        float[] bias = Numbers.Uniform<float>(Outs, 3);
        ThreadCounts.SameBits(() =>
        {
            using var packed = new PackedLinear<float>(Outs, Ins, weight);
            var y = new float[2 * Rows * Outs];
            var epilogue = new LinearEpilogue<float> { Bias = bias, Activation = LinearActivation.Gelu };
            LinearMap.Run(Rows, Outs, Ins, x, weight, epilogue, y.AsSpan(0, Rows * Outs));
            LinearMap.Run(Rows, x, packed, epilogue, y.AsSpan(Rows * Outs));
            Assert.Equal(y.AsSpan(0, Rows * Outs), y.AsSpan(Rows * Outs));
            return y;
        });
    }

    [Fact]
    public void Refuses_lengths_that_do_not_fit()
    {
        var y = new float[6];
        Assert.Throws<ArgumentException>(() => LinearMap.Run<float>(2, 3, 4, new float[7], new float[12], default, y));
        Assert.Throws<ArgumentException>(() => LinearMap.Run<float>(2, 3, 4, new float[8], new float[11], default, y));
        Assert.Throws<ArgumentException>(() => LinearMap.Run(2, 3, 4, new float[8], new float[12], new LinearEpilogue<float> { Bias = new float[2] }, y));
        Assert.Throws<ArgumentException>(() => LinearMap.Run(2, 3, 4, new float[8], new float[12], new LinearEpilogue<float> { Residual = new float[5] }, y));
        Assert.Throws<ArgumentException>(() => LinearMap.Run<float>(-1, 3, 4, [], new float[12], default, []));
        Assert.Throws<NotSupportedException>(() => LinearMap.Run<Half>(2, 3, 4, new Half[8], new Half[12], default, new Half[6]));
        Assert.Throws<ArgumentException>(() => new PackedLinear<float>(3, 4, new float[11]));
        var packed = new PackedLinear<float>(3, 4, new float[12]);
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => LinearMap.Run<float>(2, new float[8], packed, default, y));
    }

    private static void CheckAll<T>(int rows, int outs, int ins, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Numbers.Uniform<T>(rows * ins, 1);
        T[] weight = Numbers.Uniform<T>(outs * ins, 2);
        T[] bias = Numbers.Uniform<T>(outs, 3);
        T[] residual = Numbers.Uniform<T>(rows * outs, 4);
        var sums = new double[rows * outs];
        for (int i = 0; i < sums.Length; i++)
        {
            for (int k = 0; k < ins; k++)
            {
                sums[i] += double.CreateTruncating(x[(i / outs * ins) + k]) * double.CreateTruncating(weight[(i % outs * ins) + k]);
            }
        }

        using var packed = new PackedLinear<T>(outs, ins, weight);
        foreach (LinearActivation activation in Enum.GetValues<LinearActivation>())
        {
            foreach ((bool hasBias, bool hasResidual) in ((bool, bool)[])[(false, false), (true, false), (false, true), (true, true)])
            {
                var epilogue = new LinearEpilogue<T>
                {
                    Bias = hasBias ? bias : default,
                    Residual = hasResidual ? residual : default,
                    Activation = activation,
                };
                var expected = new double[rows * outs];
                for (int i = 0; i < expected.Length; i++)
                {
                    double sum = sums[i] + (hasBias ? double.CreateTruncating(bias[i % outs]) : 0);
                    expected[i] = Plain(activation, sum) + (hasResidual ? double.CreateTruncating(residual[i]) : 0);
                }

                var y = new T[rows * outs];
                y.AsSpan().Fill(T.NaN);
                LinearMap.Run(rows, outs, ins, x, weight, epilogue, y);
                Numbers.Near(expected, y, tolerance);
                y.AsSpan().Fill(T.NaN);
                LinearMap.Run(rows, x, packed, epilogue, y);
                Numbers.Near(expected, y, tolerance);
            }
        }
    }

    private static double Plain(LinearActivation activation, double x) => activation switch
    {
        LinearActivation.Relu => Math.Max(x, 0),
        LinearActivation.Gelu => x * 0.5 * (1 + Erf(x / Math.Sqrt(2))),
        LinearActivation.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        LinearActivation.Silu => x / (1 + Math.Exp(-x)),
        LinearActivation.Sigmoid => 1 / (1 + Math.Exp(-x)),
        _ => x,
    };

    // The series 2/√π · e^−x² · Σ 2ⁿ·x^(2n+1) / (1·3·5···(2n+1)), all terms of one sign.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
        {
            return Math.Sign(x);
        }

        double term = x;
        double sum = x;
        for (int n = 1; n < 400 && Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
