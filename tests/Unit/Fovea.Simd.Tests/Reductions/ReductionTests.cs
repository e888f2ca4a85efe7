using System.Numerics;
using Fovea.Simd.Reductions;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Reductions;

public class ReductionTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 3, 0, 1 }, { 2, 0, 5 }, { 0, 4, 1 }, { 4, 7, 1 }, { 5, 16, 1 }, { 5, 17, 1 }, { 3, 49, 1 }, { 2, 63, 1 }, { 2, 65, 1 }, { 2, 4097, 1 },
        { 2, 200_003, 1 }, { 2, 3, 1 }, { 3, 5, 2 }, { 2, 3, 7 }, { 2, 9, 16 }, { 2, 130, 17 }, { 1, 300, 49 }, { 2, 4, 1025 }, { 1, 5, 3136 },
        { 1, 5000, 3 }, { 1, 2100, 65 }, { 20, 2, 33 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Sums_equal_the_plain_sum(int outer, int axis, int inner)
    {
        SumsOf<float>(outer, axis, inner);
        SumsOf<double>(outer, axis, inner);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Extremes_and_their_places(int outer, int axis, int inner)
    {
        if (axis == 0 && outer * inner > 0)
        {
            Assert.Throws<ArgumentException>(() => Reduction.Max<float>(outer, axis, inner, [], new float[outer * inner]));
            return;
        }

        ExtremesOf<float>(outer, axis, inner);
        ExtremesOf<double>(outer, axis, inner);
    }

    [Fact]
    public void A_million_floats_sum_to_within_one_rounding()
    {
        float[] x = Samples.Normal<float>(1_000_000, mean: 1, deviation: 0.5);
        double exact = x.Sum(v => (double)v);
        var y = new float[1];
        Reduction.Sum(1, x.Length, 1, x, y);
        Assert.Equal(1, y[0] / exact, 1e-7);
        var columns = new float[2];
        Reduction.Sum(1, x.Length / 2, 2, x, columns);
        Assert.Equal(1, ((double)columns[0] + columns[1]) / exact, 1e-7);
    }

    [Theory]
    [InlineData(1, 1_000_000, 1)]
    [InlineData(64, 3136, 1)]
    [InlineData(2, 64, 3136)]
    [InlineData(1, 40_000, 20)]
    public void Threads_do_not_change_bits(int outer, int axis, int inner)
    {
        float[] x = Samples.Normal<float>((long)outer * axis * inner);
        Check.SameBitsOnAnyThreads(() =>
        {
            var y = new float[outer * inner];
            Reduction.Sum(outer, axis, inner, x, y);
            return y;
        });
        Check.SameBitsOnAnyThreads(() =>
        {
            var y = new float[outer * inner];
            Reduction.SumOfProducts(outer, axis, inner, x, x, y);
            return y;
        });
    }

    [Fact]
    public void The_first_NaN_wins_and_infinities_stay()
    {
        foreach (int inner in (int[])[1, 3])
        {
            float[] column = [1, float.NaN, float.PositiveInfinity, float.NaN, -1];
            float[] x = column.SelectMany(v => Enumerable.Repeat(v, inner)).ToArray();
            var y = new float[inner];
            var index = new int[inner];
            Reduction.Max(1, 5, inner, x, y, index);
            Assert.True(float.IsNaN(y[0]) && index[0] == 1);
            Reduction.Min(1, 5, inner, x, y, index);
            Assert.True(float.IsNaN(y[0]) && index[0] == 1);
            Reduction.Sum(1, 5, inner, x, y);
            Assert.True(float.IsNaN(y[0]));

            float[] infinite = Enumerable.Repeat(float.PositiveInfinity, 4 * inner).ToArray();
            Reduction.Sum(1, 4, inner, infinite, y);
            Assert.Equal(float.PositiveInfinity, y[0]);
        }
    }

    [Fact]
    public void Wrong_lengths_name_what_was_expected()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => Reduction.Sum<float>(2, 3, 4, new float[23], new float[8]));
        Assert.Contains("expected 24 numbers", e.Message);
    }

    [Fact]
    public void Gradient_of_an_extreme_goes_to_its_place_only()
    {
        var dx = new float[12];
        Reduction.ExtremeBackward(2, 3, 2, [1f, 2, 3, 4], [0, 2, 1, 0], dx);
        Assert.Equal([1, 0, 0, 0, 0, 2, 0, 4, 3, 0, 0, 0], dx);
        Reduction.ExtremeBackward(2, 3, 2, [1f, 2, 3, 4], [0, 2, 1, 0], dx, accumulate: true);
        Assert.Equal([2, 0, 0, 0, 0, 4, 0, 8, 6, 0, 0, 0], dx);
    }

    private static void SumsOf<T>(int outer, int axis, int inner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Samples.Normal<T>((long)outer * axis * inner, 1, 0.3);
        T[] z = Samples.Normal<T>(x.Length, 2, 0.3);
        double[] sum = Reduce(outer, axis, inner, i => double.CreateTruncating(x[i]));
        double[] squares = Reduce(outer, axis, inner, i => double.CreateTruncating(x[i]) * double.CreateTruncating(x[i]));
        double[] products = Reduce(outer, axis, inner, i => double.CreateTruncating(x[i]) * double.CreateTruncating(z[i]));
        var y = new T[outer * inner];
        Reduction.Sum<T>(outer, axis, inner, x, y);
        Check.Close<T>(sum, y, Check.Tolerance<T>(3), "sum");
        Reduction.Mean<T>(outer, axis, inner, x, y);
        Check.Close<T>(sum.Select(v => v / axis).ToArray(), y, Check.Tolerance<T>(), "mean");
        Reduction.SumOfSquares<T>(outer, axis, inner, x, y);
        Check.Close<T>(squares, y, Check.Tolerance<T>(), "squares");
        Reduction.SumOfProducts<T>(outer, axis, inner, x, z, y);
        Check.Close<T>(products, y, Check.Tolerance<T>(3), "products");
    }

    private static void ExtremesOf<T>(int outer, int axis, int inner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Few different values, so that the first of equals matters.
        T[] x = Samples.Normal<T>((long)outer * axis * inner).Select(v => T.Round(v * T.CreateTruncating(3))).ToArray();
        var y = new T[outer * inner];
        var index = new int[outer * inner];
        foreach (bool smallest in (bool[])[false, true])
        {
            if (smallest)
            {
                Reduction.Min<T>(outer, axis, inner, x, y, index);
            }
            else
            {
                Reduction.Max<T>(outer, axis, inner, x, y, index);
            }

            var alone = new T[y.Length];
            if (smallest)
            {
                Reduction.Min<T>(outer, axis, inner, x, alone);
            }
            else
            {
                Reduction.Max<T>(outer, axis, inner, x, alone);
            }

            Assert.Equal(y, alone);
            for (int o = 0; o < outer; o++)
            {
                for (int i = 0; i < inner; i++)
                {
                    int best = 0;
                    for (int a = 1; a < axis; a++)
                    {
                        T next = x[(((o * axis) + a) * inner) + i], so = x[(((o * axis) + best) * inner) + i];
                        best = (smallest ? next < so : next > so) ? a : best;
                    }

                    Assert.Equal(best, index[(o * inner) + i]);
                    Assert.Equal(x[(((o * axis) + best) * inner) + i], y[(o * inner) + i]);
                }
            }
        }
    }

    private static double[] Reduce(int outer, int axis, int inner, Func<int, double> at)
    {
        var y = new double[outer * inner];
        for (int o = 0; o < outer; o++)
        {
            for (int a = 0; a < axis; a++)
            {
                for (int i = 0; i < inner; i++)
                {
                    y[(o * inner) + i] += at((((o * axis) + a) * inner) + i);
                }
            }
        }

        return y;
    }
}
