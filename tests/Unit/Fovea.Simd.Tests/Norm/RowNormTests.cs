using System.Numerics;
using Fovea.Simd.Norm;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Norm;

/// <summary>Layer norm and group norm are one formula: groups of numbers, and an affine that belongs to numbers or to channels.</summary>
public class RowNormTests
{
    private const double Eps = 1e-5;

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(3, 2, true)]
    [InlineData(7, 15, true)]
    [InlineData(2, 16, false)]
    [InlineData(300, 17, true)]
    [InlineData(5, 768, true)]
    [InlineData(2, 9001, false)]
    public void Layer_norm(int rows, int d, bool affine)
    {
        LayerOf<float>(rows, d, affine);
        LayerOf<double>(rows, d, affine);
    }

    [Theory]
    [InlineData(1, 1, 1, 2, true)]
    [InlineData(2, 6, 3, 1, true)]
    [InlineData(2, 6, 2, 7, true)]
    [InlineData(3, 4, 4, 49, true)]
    [InlineData(1, 8, 1, 100, false)]
    [InlineData(2, 4, 2, 3000, true)]
    public void Group_norm(int n, int c, int groups, int inner, bool affine)
    {
        GroupOf<float>(n, c, groups, inner, affine);
        GroupOf<double>(n, c, groups, inner, affine);
    }

    [Fact]
    public void Threads_do_not_change_bits()
    {
        float[] x = Samples.Normal<float>(1000 * 96), dy = Samples.Normal<float>(x.Length, 2), gamma = Samples.Normal<float>(96, 3);
        float[] y = new float[x.Length], mean = new float[1000], invStd = new float[1000];
        LayerNorm.Forward<float>(1000, 96, x, gamma, [], 1e-5f, y, mean, invStd);
        Check.SameBitsOnAnyThreads(() =>
        {
            float[] dx = new float[x.Length], dgamma = new float[96], dbeta = new float[96];
            LayerNorm.Backward<float>(1000, 96, x, dy, gamma, mean, invStd, dx, dgamma, dbeta);
            return (float[])[.. dx, .. dgamma, .. dbeta];
        });
        Check.SameBitsOnAnyThreads(() =>
        {
            float[] dx = new float[x.Length], dgamma = new float[40], dbeta = new float[40];
            GroupNorm.Backward<float>(25, 40, 8, 96, x, dy, [], mean.AsSpan(0, 200), invStd.AsSpan(0, 200), dx, dgamma, dbeta);
            return (float[])[.. dx, .. dgamma, .. dbeta];
        });
    }

    [Fact]
    public void Groups_must_divide_the_channels()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(
            () => GroupNorm.Forward<float>(1, 6, 4, 2, new float[12], [], [], 0, new float[12], new float[4], new float[4]));
        Assert.Contains("4 groups", e.Message);
    }

    private static void LayerOf<T>(int rows, int d, bool affine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Samples.Normal<T>(rows * d, 1, 0.5), dy = Samples.Normal<T>(rows * d, 2);
        T[] gamma = affine ? Samples.Normal<T>(d, 3, 1, 0.3) : [], beta = affine ? Samples.Normal<T>(d, 4) : [];
        T[] y = new T[x.Length], dx = new T[x.Length], mean = new T[rows], invStd = new T[rows], dgamma = new T[d], dbeta = new T[d];
        LayerNorm.Forward<T>(rows, d, x, gamma, beta, T.CreateTruncating(Eps), y, mean, invStd);
        LayerNorm.Backward<T>(rows, d, x, dy, gamma, mean, invStd, dx, dgamma, dbeta);
        Expect(rows, d, i => i % d, x, dy, gamma, beta, y, dx, dgamma, dbeta);
    }

    private static void GroupOf<T>(int n, int c, int groups, int inner, bool affine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = n * c * inner;
        T[] x = Samples.Normal<T>(count, 1, 0.5), dy = Samples.Normal<T>(count, 2);
        T[] gamma = affine ? Samples.Normal<T>(c, 3, 1, 0.3) : [], beta = affine ? Samples.Normal<T>(c, 4) : [];
        T[] y = new T[count], dx = new T[count], mean = new T[n * groups], invStd = new T[n * groups], dgamma = new T[c], dbeta = new T[c];
        GroupNorm.Forward<T>(n, c, groups, inner, x, gamma, beta, T.CreateTruncating(Eps), y, mean, invStd);
        GroupNorm.Backward<T>(n, c, groups, inner, x, dy, gamma, mean, invStd, dx, dgamma, dbeta);
        Expect(n * groups, c / groups * inner, i => i / inner % c, x, dy, gamma, beta, y, dx, dgamma, dbeta);
    }

    private static void Expect<T>(
        int groups, int length, Func<int, int> parameter, T[] x, T[] dy, T[] gamma, T[] beta, T[] y, T[] dx, T[] dgamma, T[] dbeta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double D(T v) => double.CreateTruncating(v);
        double[] wantY = new double[x.Length], wantDx = new double[x.Length], wantDgamma = new double[dgamma.Length], wantDbeta = new double[dbeta.Length];
        for (int g = 0; g < groups; g++)
        {
            int[] at = Enumerable.Range(g * length, length).ToArray();
            double mu = at.Average(i => D(x[i]));
            double s = 1 / Math.Sqrt(at.Average(i => (D(x[i]) - mu) * (D(x[i]) - mu)) + Eps);
            double Slope(int i) => gamma.Length == 0 ? 1 : D(gamma[parameter(i)]);
            double sum = at.Sum(i => Slope(i) * D(dy[i])) / length;
            double dot = at.Sum(i => Slope(i) * D(dy[i]) * (D(x[i]) - mu) * s) / length;
            foreach (int i in at)
            {
                double hat = (D(x[i]) - mu) * s;
                wantY[i] = (hat * Slope(i)) + (beta.Length == 0 ? 0 : D(beta[parameter(i)]));
                wantDx[i] = s * ((Slope(i) * D(dy[i])) - sum - (hat * dot));
                wantDgamma[parameter(i)] += D(dy[i]) * hat;
                wantDbeta[parameter(i)] += D(dy[i]);
            }
        }

        Check.Close<T>(wantY, y, Check.Tolerance<T>(5), "y");

        // Where a group hardly deviates, 1/√eps magnifies the rounding of the mean.
        Check.Close<T>(wantDx, dx, Check.Tolerance<T>(length < 3 ? 500 : 20), "dx");
        Check.Close<T>(wantDgamma, dgamma, Check.Tolerance<T>(20), "dgamma");
        Check.Close<T>(wantDbeta, dbeta, Check.Tolerance<T>(20), "dbeta");
    }
}
