using System.Numerics;
using Fovea.Simd.Gemm;

namespace Fovea.Simd.Tests.Gemm;

public class SymmetricProductTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 3, 4 }, { 2, 0, 4 }, { 2, 3, 0 }, { 1, 1, 1 }, { 2, 5, 3 }, { 1, 33, 300 }, { 3, 64, 17 }, { 2, 131, 70 }, { 1, 270, 40 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_plain_product_in_float(int batch, int rows, int length) => CheckAll<float>(batch, rows, length, 4e-6);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_plain_product_in_double(int batch, int rows, int length) => CheckAll<double>(batch, rows, length, 1e-13);

    // 1 500 rows leave room for 2 796 numbers of each: the sums are cut.
    [Fact]
    public void Equals_the_product_when_it_is_too_large_to_pack_at_once()
    {
        const int Rows = 1500, Length = 2900;
        float[] x = Numbers.Uniform<float>(Rows * Length, 1);
        var y = new float[Rows * Rows];
        SymmetricProduct.Run<float>(1, Rows, Length, x, y);
        var expected = new float[Rows * Rows];
        MatrixMultiply.Run<float>(false, true, Rows, Rows, Length, 1, x, Length, x, Length, 0, expected, Rows);
        Numbers.Near([.. expected.Select(v => (double)v)], y, 1e-5);
    }

    [Fact]
    public void Gives_the_same_bits_on_any_number_of_threads()
    {
        float[] x = Numbers.Uniform<float>(2 * 150 * 90, 1);
        ThreadCounts.SameBits(() =>
        {
            var y = new float[4 * 150 * 150];
            SymmetricProduct.Run<float>(2, 150, 90, x, y.AsSpan(0, 2 * 150 * 150));
            SymmetricProduct.AddTransposed<float>(2, 150, y.AsSpan(0, 2 * 150 * 150), y.AsSpan(2 * 150 * 150));
            return y;
        });
    }

    [Fact]
    public void Refuses_lengths_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => SymmetricProduct.Run<float>(1, 2, 3, new float[5], new float[4]));
        Assert.Throws<ArgumentException>(() => SymmetricProduct.Run<float>(1, 2, 3, new float[6], new float[3]));
        Assert.Throws<ArgumentException>(() => SymmetricProduct.Run<float>(-1, 2, 3, [], []));
        Assert.Throws<ArgumentException>(() => SymmetricProduct.AddTransposed<float>(1, 2, new float[3], new float[4]));
        Assert.Throws<NotSupportedException>(() => SymmetricProduct.Run<Half>(1, 1, 1, new Half[1], new Half[1]));
    }

    private static void CheckAll<T>(int batch, int rows, int length, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Numbers.Uniform<T>(batch * rows * length, 1);
        var y = new T[batch * rows * rows];
        y.AsSpan().Fill(T.NaN);
        SymmetricProduct.Run<T>(batch, rows, length, x, y);
        var expected = new double[y.Length];
        for (int i = 0; i < y.Length; i++)
        {
            int first = i / rows;
            int second = (first / rows * rows) + (i % rows);
            for (int k = 0; k < length; k++)
            {
                expected[i] += double.CreateTruncating(x[(first * length) + k]) * double.CreateTruncating(x[(second * length) + k]);
            }

            Assert.Equal(y[i], y[(first / rows * rows * rows) + (i % rows * rows) + (first % rows)]);
        }

        Numbers.Near(expected, y, tolerance);
        T[] z = Numbers.Uniform<T>(y.Length, 2);
        var sum = new T[y.Length];
        SymmetricProduct.AddTransposed<T>(batch, rows, z, sum);
        for (int i = 0; i < sum.Length; i++)
        {
            int first = i / rows;
            Assert.Equal(z[i] + z[(first / rows * rows * rows) + (i % rows * rows) + (first % rows)], sum[i]);
        }
    }
}
