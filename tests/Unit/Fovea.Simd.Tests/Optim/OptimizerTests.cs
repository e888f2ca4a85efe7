using System.Numerics;
using Fovea.Simd.Optim;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Optim;

public class OptimizerTests
{
    [Theory]
    [InlineData(0.0, false, 0.0)]
    [InlineData(0.0, false, 0.1)]
    [InlineData(0.9, false, 0.01)]
    [InlineData(0.9, true, 0.01)]
    public void Sgd_follows_the_formula(double momentum, bool nesterov, double decay)
    {
        Sgd<float>(momentum, nesterov, decay);
        Sgd<double>(momentum, nesterov, decay);
    }

    [Theory]
    [InlineData(false, 0.0)]
    [InlineData(false, 0.1)]
    [InlineData(true, 0.1)]
    public void Adam_follows_the_formula(bool decoupled, double decay)
    {
        Adam<float>(decoupled, decay);
        Adam<double>(decoupled, decay);
    }

    /// <summary>Three steps on p = [1, −2], g = p² each time, by PyTorch 1.13 in double.</summary>
    [Fact]
    public void Steps_equal_PyTorch()
    {
        double[] p = [1, -2], b = [0, 0];
        for (int t = 0; t < 3; t++)
        {
            OptimizerStep.Sgd<double>(p, p.Select(v => v * v).ToArray(), b, new SgdRates(0.1, 0.9, 0.01, true));
        }

        Check.Close<double>([0.40380474773152214, -9.287477729811815], p, 1e-14, "sgd");
        p = [1, -2];
        double[] m = [0, 0], s = [0, 0];
        for (int t = 1; t <= 3; t++)
        {
            OptimizerStep.Adam<double>(p, p.Select(v => v * v).ToArray(), m, s, t, new AdamRates(0.1, WeightDecay: 0.01, Decoupled: true));
        }

        Check.Close<double>([0.7015196749902496, -2.2941981611111455], p, 1e-14, "adamw");
        p = [1, -2];
        m = [0, 0];
        s = [0, 0];
        for (int t = 1; t <= 3; t++)
        {
            OptimizerStep.Adam<double>(p, p.Select(v => v * v).ToArray(), m, s, t, new AdamRates(0.1, WeightDecay: 0.01));
        }

        Check.Close<double>([0.7041212490185714, -2.3004939637372606], p, 1e-14, "adam");
    }

    [Fact]
    public void Threads_do_not_change_bits()
    {
        float[] start = Samples.Normal<float>(100_003), g = Samples.Normal<float>(start.Length, 2);
        Check.SameBitsOnAnyThreads(() =>
        {
            float[] p = [.. start], m = new float[p.Length], v = new float[p.Length];
            OptimizerStep.Adam<float>(p, g, m, v, 1, new AdamRates(0.01));
            OptimizerStep.Sgd<float>(p, g, m, new SgdRates(0.1, 0.9));
            return p;
        });
        Check.SameBitsOnAnyThreads(() => (double[])[ParameterMath.SquaredNorm<float>(start)]);
    }

    [Fact]
    public void Norm_average_scale_and_finiteness()
    {
        foreach (int length in Samples.Lengths)
        {
            float[] x = Samples.Normal<float>(length), average = Samples.Normal<float>(length, 2);
            Assert.Equal(x.Sum(v => (double)v * v), ParameterMath.SquaredNorm<float>(x), 1e-6 * (1 + length));
            Assert.True(ParameterMath.AllFinite<float>(x));
            double[] expected = average.Select((a, i) => (0.75 * a) + (0.25 * x[i])).ToArray();
            ParameterMath.MovingAverage<float>(average, x, 0.75);
            Check.Close(expected, average.AsSpan(), 1e-6);
            expected = x.Select(v => v * -0.5).ToArray();
            ParameterMath.Scale<float>(x, -0.5);
            Check.Close(expected, x.AsSpan(), 1e-7);
            foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
            {
                if (length > 0)
                {
                    x[length * 2 / 3] = bad;
                    Assert.False(ParameterMath.AllFinite<float>(x));
                }
            }
        }
    }

    [Fact]
    public void Wrong_lengths_are_errors()
    {
        Assert.Throws<ArgumentException>(() => OptimizerStep.Sgd<float>(new float[3], new float[2], [], new SgdRates(1)));
        Assert.Throws<ArgumentException>(() => OptimizerStep.Sgd<float>(new float[3], new float[3], [], new SgdRates(1, 0.9)));
        Assert.Throws<ArgumentException>(() => OptimizerStep.Adam<float>(new float[3], new float[3], new float[3], new float[3], 0, new AdamRates(1)));
    }

    private static void Sgd<T>(double momentum, bool nesterov, double decay)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] p = Samples.Normal<T>(37, 1), buffer = momentum == 0 ? [] : new T[37];
        double[] wantP = Samples.ToDouble<T>(p), wantB = new double[37];
        for (int step = 0; step < 3; step++)
        {
            T[] g = Samples.Normal<T>(37, 10 + step);
            OptimizerStep.Sgd(p, g, buffer, new SgdRates(0.1, momentum, decay, nesterov, 0.5));
            for (int i = 0; i < 37; i++)
            {
                double d = (double.CreateTruncating(g[i]) * 0.5) + (decay * wantP[i]);
                wantB[i] = (momentum * wantB[i]) + d;
                wantP[i] -= 0.1 * (momentum == 0 ? d : nesterov ? d + (momentum * wantB[i]) : wantB[i]);
            }
        }

        Check.Close<T>(wantP, p, Check.Tolerance<T>());
    }

    private static void Adam<T>(bool decoupled, double decay)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] p = Samples.Normal<T>(37, 1), m = new T[37], v = new T[37];
        double[] wantP = Samples.ToDouble<T>(p), wantM = new double[37], wantV = new double[37];
        var options = new AdamRates(0.01, 0.8, 0.95, 1e-6, decay, decoupled, 2);
        for (int step = 1; step <= 3; step++)
        {
            T[] g = Samples.Normal<T>(37, 10 + step);
            OptimizerStep.Adam<T>(p, g, m, v, step, options);
            for (int i = 0; i < 37; i++)
            {
                double d = (double.CreateTruncating(g[i]) * 2) + (decoupled ? 0 : decay * wantP[i]);
                wantP[i] *= decoupled ? 1 - (0.01 * decay) : 1;
                wantM[i] = (0.8 * wantM[i]) + (0.2 * d);
                wantV[i] = (0.95 * wantV[i]) + (0.05 * d * d);
                double root = Math.Sqrt(wantV[i]) / Math.Sqrt(1 - Math.Pow(0.95, step));
                wantP[i] -= 0.01 / (1 - Math.Pow(0.8, step)) * wantM[i] / (root + 1e-6);
            }
        }

        Check.Close<T>(wantP, p, Check.Tolerance<T>(5));
    }
}
