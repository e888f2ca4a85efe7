using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Optim;
using Fovea.Simd.Softmaxes;
using Fovea.Simd.Tests.Support;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Tests.Softmaxes;

/// <summary>Kernels of weights leave no denormal number behind, on logits that lie as far apart as products of raw features do.</summary>
public class DenormalTests
{
    private const double Spread = 40;

    [Theory]
    [InlineData(64, 300, 1)]
    [InlineData(4, 300, 37)]
    public void Softmax_and_its_gradients_have_none(int outer, int axis, int inner)
    {
        int count = outer * axis * inner;
        float[] x = Samples.Normal<float>(count, 1, 0, Spread), dy = Samples.Normal<float>(count, 2);
        float[] y = new float[count], dx = new float[count];
        Assert.True(Count(Plain(x, outer, axis, inner)) > count / 100, "these logits should lead to denormal numbers");

        Softmax.Forward<float>(outer, axis, inner, x, y);
        Assert.Equal(0, Count(y));
        Softmax.Backward<float>(outer, axis, inner, y, dy, dx);
        Assert.Equal(0, Count(dx));
        Softmax.LogForward<float>(outer, axis, inner, x, y);
        Softmax.LogBackward<float>(outer, axis, inner, y, dy, dx);
        Assert.Equal(0, Count(dx));
    }

    [Fact]
    public void What_softmax_leaves_out_is_below_the_smallest_normal_number_times_the_length()
    {
        float[] x = Samples.Normal<float>(64 * 300, 1, 0, Spread), y = new float[x.Length];
        Softmax.Forward<float>(64, 300, 1, x, y);
        double[] plain = Plain(x, 64, 300, 1);
        for (int i = 0; i < y.Length; i++)
        {
            // The sum is not known when an exponential is judged; it is at most the length.
            Assert.True(y[i] > 0 || plain[i] < 300 * 1.1756e-38, $"{plain[i]} became {y[i]}");
        }
    }

    [Fact]
    public void Gradients_of_cross_entropy_have_none()
    {
        float[] logits = Samples.Normal<float>(64 * 100, 3, 0, Spread), loss = new float[64], gradient = new float[logits.Length];
        CrossEntropy.Run<float>(64, 100, logits, [.. Enumerable.Range(0, 64).Select(i => (long)i)], [], 0, -100, loss, gradient);
        Assert.Equal(0, Count(gradient));
    }

    [Fact]
    public void The_exponential_of_weights_is_that_of_the_op_or_zero()
    {
        float[] x = [.. Enumerable.Range(0, 120_001).Select(i => -i * 1e-3f), float.NegativeInfinity, float.NaN];
        float[] weight = new float[x.Length], exact = new float[x.Length];
        Map.Run<Weight, float>(x, weight, default);
        Map.Run<Exp, float>(x, exact, default);
        for (int i = 0; i < x.Length; i++)
        {
            // Where rounding leaves the exponential within 1e-5 of the limit, 0 is right as well.
            Assert.Equal(exact[i] < 1.1756e-38f ? 0 : exact[i], weight[i]);
        }
    }

    [Theory]
    [InlineData(-110f, -80f)]
    [InlineData(80f, 110f)]
    public void A_gate_has_none(float first, float last)
    {
        float[] x = [.. Enumerable.Range(0, 3001).Select(i => first + ((last - first) * i / 3000))];
        float[] y = new float[x.Length];
        Map.Run<Sigmoid, float>(x, y, default);
        Assert.Equal(0, Count(y));
    }

    [Fact]
    public void Moments_of_parameters_without_a_gradient_end_at_zero()
    {
        float[] p = [1, 2, 3], g = [1, -1e-3f, 1e-6f], none = new float[3], momentum = new float[3], first = new float[3], second = new float[3];
        for (int step = 1; step <= 1000; step++)
        {
            float[] gradient = step == 1 ? g : none;
            OptimizerStep.Sgd<float>(p, gradient, momentum, new SgdRates(0.01, 0.9, Step: step));
            OptimizerStep.Adam<float>(p, gradient, first, second, step, new AdamRates(0.01, 0.9, 0.9));
            Assert.Equal(0, Count(momentum) + Count(first) + Count(second));
        }

        Assert.Equal([0, 0, 0], momentum.Select(Math.Abs));
        Assert.Equal([0, 0, 0], first.Select(Math.Abs));
        Assert.Equal([0, 0, 0], second);
    }

    private readonly struct Weight : IUnary
    {
        public V Apply<V, T>(V x)
            where V : struct, IVector<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => Exp.Normal<V, T>(x);
    }

    private static int Count(float[] x) => x.Count(v => float.IsSubnormal(v));

    private static int Count(double[] x) => x.Count(v => float.IsSubnormal((float)v));

    private static double[] Plain(float[] x, int outer, int axis, int inner)
    {
        var y = new double[x.Length];
        for (int column = 0; column < outer * inner; column++)
        {
            int start = (column / inner * axis * inner) + (column % inner);
            int[] at = [.. Enumerable.Range(0, axis).Select(a => start + (a * inner))];
            double max = at.Max(i => (double)x[i]), sum = at.Sum(i => Math.Exp(x[i] - max));
            foreach (int i in at)
            {
                y[i] = Math.Exp(x[i] - max) / sum;
            }
        }

        return y;
    }
}
