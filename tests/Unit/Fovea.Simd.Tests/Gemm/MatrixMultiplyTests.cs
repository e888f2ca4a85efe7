using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;

namespace Fovea.Simd.Tests.Gemm;

public class MatrixMultiplyTests
{
    // Sums of k products of numbers in [-1, 1]: the error of a float sum in blocks stays within a few roundings of √k.
    private const double FloatTolerance = 4e-6;
    private const double DoubleTolerance = 1e-14;

    public static TheoryData<int, int, int> Shapes()
    {
        var data = new TheoryData<int, int, int>();
        int[] rows = [0, 1, 2, 3, 5, 6, 7, 11, 12, 13, 16, 23, 64];
        int[] columns = [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 65];
        int[] depths = [0, 1, 2, 17, 64];
        for (int i = 0; i < rows.Length * columns.Length; i++)
        {
            data.Add(rows[i % rows.Length], columns[i / rows.Length], depths[i % depths.Length]);
        }

        data.Add(130, 300, 257);
        data.Add(1, 300, 1100);
        data.Add(301, 1, 1105);
        data.Add(3, 5, 4200);
        data.Add(6, 40, 4200);
        data.Add(1030, 5, 2100);
        data.Add(2050, 3, 4);
        data.Add(4, 2051, 3);
        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_plain_product_in_float(int m, int n, int k) => CheckAll<float>(m, n, k, FloatTolerance);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_plain_product_in_double(int m, int n, int k) => CheckAll<double>(m, n, k, DoubleTolerance);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(37, 41, 300)]
    [InlineData(128, 200, 64)]
    [InlineData(1, 500, 700)]
    [InlineData(500, 1, 700)]
    public void Gives_the_same_bits_on_any_number_of_threads(int m, int n, int k)
    {
        float[] a = Numbers.Uniform<float>(m * k, 1);
        float[] b = Numbers.Uniform<float>(k * n, 2);
        ThreadCounts.SameBits(() =>
        {
            var c = new float[m * n];
            MatrixMultiply.Run(false, false, m, n, k, 1f, a, k, b, n, 0f, c, n);
            return c;
        });
    }

    [Fact]
    public void Shares_an_operand_whose_stride_is_zero()
    {
        const int batch = 5, m = 7, n = 9, k = 11;
        float[] a = Numbers.Uniform<float>(batch * m * k, 3);
        float[] b = Numbers.Uniform<float>(k * n, 4);
        var c = new float[batch * m * n];
        MatrixMultiply.RunBatched(batch, false, false, m, n, k, 1f, a, k, m * k, b, n, 0, 0f, c, n, m * n);
        for (int i = 0; i < batch; i++)
        {
            double[] expected = Plain(false, false, m, n, k, 1, a.AsSpan(i * m * k), k, b, n, 0, new float[m * n], n);
            Numbers.Near(expected, c.AsSpan(i * m * n, m * n), FloatTolerance);
        }
    }

    [Theory]
    [InlineData(1, 400, 300, 200)]
    [InlineData(3, 40, 30, 20)]
    [InlineData(300, 12, 17, 9)]
    public void Batches_equal_single_products(int batch, int m, int n, int k)
    {
        float[] a = Numbers.Uniform<float>(batch * m * k, 5);
        float[] b = Numbers.Uniform<float>(batch * k * n, 6);
        var together = new float[batch * m * n];
        var alone = new float[batch * m * n];
        MatrixMultiply.RunBatched(batch, false, true, m, n, k, 0.5f, a, k, m * k, b, k, k * n, 0f, together, n, m * n);
        for (int i = 0; i < batch; i++)
        {
            MatrixMultiply.Run(
                false, true, m, n, k, 0.5f, a.AsSpan(i * m * k, m * k), k, b.AsSpan(i * k * n, k * n), k, 0f, alone.AsSpan(i * m * n, m * n), n);
        }

        Assert.Equal(alone, together);
    }

    [Fact]
    public void Never_reads_the_old_result_when_beta_is_zero()
    {
        float[] a = Numbers.Uniform<float>(20 * 30, 7);
        float[] b = Numbers.Uniform<float>(30 * 40, 8);
        var c = new float[20 * 40];
        Array.Fill(c, float.NaN);
        MatrixMultiply.Run(false, false, 20, 40, 30, 1f, a, 30, b, 40, 0f, c, 40);
        Assert.DoesNotContain(c, float.IsNaN);
        Array.Fill(c, float.NaN);
        MatrixMultiply.Run(false, false, 20, 40, 0, 1f, a, 30, b, 40, 0f, c, 40);
        Assert.All(c, x => Assert.Equal(0f, x));
    }

    [Fact]
    public void Rejects_what_does_not_fit()
    {
        var x = new float[12];
        var y = new float[12];
        Assert.Contains("a needs 20", Message(() => MatrixMultiply.Run(false, false, 4, 3, 5, 1f, x, 5, x, 3, 0f, y, 3)));
        Assert.Contains("c needs 16", Message(() => MatrixMultiply.Run(false, false, 4, 4, 3, 1f, x, 3, x, 4, 0f, y, 4)));
        Assert.Contains("row stride", Message(() => MatrixMultiply.Run(false, false, 3, 3, 3, 1f, x, 2, x, 3, 0f, y, 3)));
        Assert.Contains("m must be", Message(() => MatrixMultiply.Run(false, false, -1, 3, 3, 1f, x, 3, x, 3, 0f, y, 3)));
        Assert.Contains("overlap", Message(() => MatrixMultiply.RunBatched(2, false, false, 2, 2, 2, 1f, x, 2, 4, x, 2, 4, 0f, y, 2, 3)));
        Assert.Throws<NotSupportedException>(() => MatrixMultiply.Run<Half>(false, false, 0, 0, 0, Half.One, [], 0, [], 0, Half.Zero, [], 0));
    }

    private static string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;

    private static void CheckAll<T>(int m, int n, int k, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (double Alpha, double Beta)[] factors = [(1, 0), (0.5, 1), (-1.5, 0.25), (0, 2)];
        for (int i = 0; i < 4; i++)
        {
            bool transposeA = (i & 1) != 0;
            bool transposeB = (i & 2) != 0;
            int lda = (transposeA ? m : k) + (i % 3);
            int ldb = (transposeB ? k : n) + ((i + 1) % 3);
            int ldc = n + (i % 2 * 3);
            T[] a = Numbers.Uniform<T>((transposeA ? k : m) * lda, 11 + i);
            T[] b = Numbers.Uniform<T>((transposeB ? n : k) * ldb, 21 + i);
            T[] c = Numbers.Uniform<T>(m * ldc, 31 + i);
            (double alpha, double beta) = factors[(i + m + n) % 4];
            double[] expected = Plain(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
            MatrixMultiply.Run(transposeA, transposeB, m, n, k, T.CreateChecked(alpha), a, lda, b, ldb, T.CreateChecked(beta), c, ldc);
            Numbers.Near(expected, c, tolerance * Math.Sqrt(k + 1));
        }
    }

    private static double[] Plain<T>(
        bool transposeA, bool transposeB, int m, int n, int k, double alpha, ReadOnlySpan<T> a, int lda, ReadOnlySpan<T> b, int ldb, double beta, T[] c, int ldc)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] result = Array.ConvertAll(c, double.CreateChecked);
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int p = 0; p < k; p++)
                {
                    double left = double.CreateChecked(transposeA ? a[p * lda + i] : a[i * lda + p]);
                    sum += left * double.CreateChecked(transposeB ? b[j * ldb + p] : b[p * ldb + j]);
                }

                result[i * ldc + j] = alpha * sum + beta * result[i * ldc + j];
            }
        }

        return result;
    }
}
