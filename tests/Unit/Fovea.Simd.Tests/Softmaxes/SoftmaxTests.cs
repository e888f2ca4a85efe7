using System.Numerics;
using Fovea.Simd.Softmaxes;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Softmaxes;

public class SoftmaxTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 10, 1)]
    [InlineData(5, 16, 1)]
    [InlineData(2, 17, 1)]
    [InlineData(2, 3000, 1)]
    [InlineData(2, 5, 3)]
    [InlineData(2, 64, 49)]
    [InlineData(1, 3, 700)]
    [InlineData(0, 4, 2)]
    public void Forward_and_backward_equal_the_formula(int outer, int axis, int inner)
    {
        Formula<float>(outer, axis, inner);
        Formula<double>(outer, axis, inner);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Extremes_are_safe(int inner)
    {
        float inf = float.PositiveInfinity;
        Assert.Equal([0, 0.5f, 0.5f], Column([-inf, 1000, 1000], inner));
        Assert.Equal([0, 0, 0], Column([-inf, -inf, -inf], inner));
        Assert.Equal([1, 0, 0], Column([-1000, -2000, -inf], inner));
        Assert.All(Column([0, float.NaN, 1], inner), v => Assert.True(float.IsNaN(v)));
        Assert.All(Column([0, inf, 1], inner), v => Assert.True(float.IsNaN(v)));
    }

    [Fact]
    public void Threads_do_not_change_bits()
    {
        float[] x = Samples.Normal<float>(40 * 300 * 7);
        foreach ((int outer, int axis, int inner) in ((int, int, int)[])[(2100, 40, 1), (40, 300, 7)])
        {
            Check.SameBitsOnAnyThreads(() =>
            {
                var y = new float[x.Length];
                Softmax.Forward<float>(outer, axis, inner, x, y);
                Softmax.Backward<float>(outer, axis, inner, y, x, y);
                return y;
            });
        }
    }

    private static float[] Column(float[] column, int inner)
    {
        float[] x = column.SelectMany(v => Enumerable.Repeat(v, inner)).ToArray();
        Softmax.Forward<float>(1, column.Length, inner, x, x);
        return x.Where((_, i) => i % inner == inner - 1).ToArray();
    }

    private static void Formula<T>(int outer, int axis, int inner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Samples.Normal<T>(outer * axis * inner, 1, 2, 5), dy = Samples.Normal<T>(x.Length, 2);
        double[] d = Samples.ToDouble<T>(dy), p = new double[x.Length], log = new double[x.Length], dx = new double[x.Length], dlog = new double[x.Length];
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                int[] at = Enumerable.Range(0, axis).Select(a => (((o * axis) + a) * inner) + i).ToArray();
                double max = at.Max(k => double.CreateTruncating(x[k]));
                double sum = at.Sum(k => Math.Exp(double.CreateTruncating(x[k]) - max));
                foreach (int k in at)
                {
                    log[k] = double.CreateTruncating(x[k]) - max - Math.Log(sum);
                    p[k] = Math.Exp(log[k]);
                }

                double dot = at.Sum(k => p[k] * d[k]), total = at.Sum(k => d[k]);
                foreach (int k in at)
                {
                    dx[k] = p[k] * (d[k] - dot);
                    dlog[k] = d[k] - (p[k] * total);
                }
            }
        }

        T[] y = new T[x.Length], back = new T[x.Length];
        Softmax.Forward<T>(outer, axis, inner, x, y);
        Check.Close<T>(p, y, Check.Tolerance<T>(), "softmax");
        Softmax.Backward<T>(outer, axis, inner, y, dy, back);
        Check.Close<T>(dx, back, Check.Tolerance<T>(3), "softmax backward");
        Softmax.LogForward<T>(outer, axis, inner, x, y);
        Check.Close<T>(log, y, Check.Tolerance<T>(3), "log-softmax");
        Softmax.LogBackward<T>(outer, axis, inner, y, dy, back);
        Check.Close<T>(dlog, back, Check.Tolerance<T>(10), "log-softmax backward");
    }
}
