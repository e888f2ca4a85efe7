using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Norm;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Norm;

public class BatchNormTests
{
    public static TheoryData<int, int, int, bool, bool, bool> Cases
    {
        get
        {
            var data = new TheoryData<int, int, int, bool, bool, bool>();
            (int N, int C, int Inner)[] shapes = [(2, 3, 1), (5, 2, 7), (3, 4, 16), (2, 3, 49), (1, 2, 65), (2, 2, 5000), (40, 3, 100), (7, 40, 9), (2, 2, 50_000)];
            foreach ((int n, int c, int inner) in shapes)
            {
                data.Add(n, c, inner, false, false, true);
                data.Add(n, c, inner, true, false, true);
                data.Add(n, c, inner, true, false, false);
                data.Add(n, c, inner, true, true, true);
                data.Add(n, c, inner, false, true, false);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Forward_and_backward_equal_the_formula(int n, int c, int inner, bool relu, bool residual, bool affine)
    {
        Formula<float>(n, c, inner, relu, residual, affine);
        Formula<double>(n, c, inner, relu, residual, affine);
    }

    [Fact]
    public void Statistics_survive_a_mean_far_from_zero()
    {
        // Deviation 1 around 10,000: E[x²] − E[x]² in float would lose all digits.
        float[] x = Samples.Normal<float>(20_000, mean: 10_000);
        double mean = x.Average(v => (double)v);
        double variance = x.Average(v => (v - mean) * (v - mean));
        var y = new float[x.Length];
        float[] m = new float[1], s = new float[1], var = new float[1];
        BatchNorm.Forward<float>(2, 1, 10_000, x, [], [], [], false, 0, y, m, s, var);
        Assert.Equal(1, var[0] / variance, 1e-6);
        Assert.Equal(1, m[0] / mean, 1e-7);
    }

    [Fact]
    public void Inference_scales_and_shifts()
    {
        const int N = 2, C = 3, Inner = 37;
        float[] x = Samples.Normal<float>(N * C * Inner), r = Samples.Normal<float>(x.Length, 2);
        float[] scale = [1, -2, 0.5f], shift = [0, 1, -1];
        var y = new float[x.Length];
        BatchNorm.Inference<float>(N, C, Inner, x, scale, shift, r, true, y);
        for (int i = 0; i < x.Length; i++)
        {
            int channel = i / Inner % C;
            Assert.Equal(Math.Max(0, ((double)x[i] * scale[channel]) + shift[channel] + r[i]), y[i], 1e-6);
        }
    }

    [Fact]
    public void Results_written_past_the_caches_are_the_same()
    {
        const int Inner = 64 * 1024, C = 100;
        using AlignedBlock from = new(4L * C * Inner), to = new(4L * C * Inner);
        Span<float> x = from.AsSpan<float>(C * Inner), y = to.AsSpan<float>(C * Inner);
        Assert.True(StreamingStores.Pay<float>(x.Length) || !System.Runtime.Intrinsics.X86.Sse.IsSupported);
        float[] some = Samples.Normal<float>(Inner), expected = new float[Inner];
        float[] scale = Samples.Normal<float>(C, 2), shift = Samples.Normal<float>(C, 3);
        for (int c = 0; c < C; c++)
        {
            some.CopyTo(x[(c * Inner)..]);
        }

        BatchNorm.Inference<float>(1, C, Inner, x, scale, shift, x, true, y);
        for (int c = 0; c < C; c += 33)
        {
            BatchNorm.Inference<float>(1, 1, Inner, some, scale.AsSpan(c, 1), shift.AsSpan(c, 1), some, true, expected);
            Assert.True(y.Slice(c * Inner, Inner).SequenceEqual(expected));
        }
    }

    [Fact]
    public void Threads_do_not_change_bits()
    {
        const int N = 16, C = 24, Inner = 300;
        float[] x = Samples.Normal<float>(N * C * Inner), dy = Samples.Normal<float>(x.Length, 2);
        Check.SameBitsOnAnyThreads(() =>
        {
            float[] y = new float[x.Length], dx = new float[x.Length], mean = new float[C], invStd = new float[C];
            BatchNorm.Forward<float>(N, C, Inner, x, [], [], [], true, 1e-5f, y, mean, invStd);
            BatchNorm.Backward<float>(N, C, Inner, x, y, dy, [], mean, invStd, true, dx, [], [], []);
            return dx;
        });
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_gradient_in_two_parts_equals_their_sum_wherever_the_results_are_written(int n, int c, int inner, bool relu, bool residual, bool affine)
    {
        int count = n * c * inner;
        float[] x = Samples.Normal<float>(count), one = Samples.Normal<float>(count, 2), two = Samples.Normal<float>(count, 3);
        float[] gamma = affine ? Samples.Normal<float>(c, 4, 1, 0.3) : [], beta = affine ? Samples.Normal<float>(c, 5) : [];
        float[] y = new float[count], mean = new float[c], invStd = new float[c], r = residual ? Samples.Normal<float>(count, 6) : [];
        BatchNorm.Forward<float>(n, c, inner, x, gamma, beta, r, relu, 1e-5f, y, mean, invStd);
        float[] whole = [.. one.Zip(two, (a, b) => a + b)];
        float[] wantDx = new float[count], wantDr = residual ? new float[count] : [], wantGamma = new float[c], wantBeta = new float[c];
        float[] output = relu && residual ? y : [];
        BatchNorm.Backward<float>(n, c, inner, x, output, whole, gamma, mean, invStd, relu, wantDx, wantDr, wantGamma, wantBeta, beta);

        Same("apart", new float[count], residual ? new float[count] : [], x, one, two);
        float[] dy = [.. one];
        Same("the gradient of x over dy", dy, residual ? new float[count] : [], x, dy, two);
        float[] more = [.. two];
        Same("the gradient of x over more", more, residual ? new float[count] : [], x, one, more);
        if (residual)
        {
            (dy, float[] input) = ([.. one], [.. x]);
            Same("the residual's over dy, that of x over x", input, dy, input, dy, two);
            (more, input) = ([.. two], [.. x]);
            Same("the residual's over more, that of x over x", input, more, input, one, more);
        }
        else
        {
            Assert.Throws<ArgumentException>(() => BatchNorm.Backward<float>(n, c, inner, x, [], one, gamma, mean, invStd, relu, x, [], [], [], beta, two));
        }

        void Same(string where, float[] dx, float[] dr, float[] input, float[] first, float[] second)
        {
            float[] dgamma = new float[c], dbeta = new float[c];
            BatchNorm.Backward<float>(n, c, inner, input, output, first, gamma, mean, invStd, relu, dx, dr, dgamma, dbeta, beta, second);
            Assert.True(wantDx.AsSpan().SequenceEqual(dx), where);
            Assert.True(wantDr.AsSpan().SequenceEqual(dr), where);
            Assert.Equal(wantGamma, dgamma);
            Assert.Equal(wantBeta, dbeta);
        }
    }

    [Fact]
    public void Nothing_has_no_statistics() =>
        Assert.Throws<ArgumentException>(() => BatchNorm.Forward<float>(0, 2, 4, [], [], [], [], false, 0, [], new float[2], new float[2]));

    private static void Formula<T>(int n, int c, int inner, bool relu, bool withResidual, bool affine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const double Eps = 1e-5;
        int count = n * c * inner;
        T[] x = Samples.Normal<T>(count, 1, 0.5), dy = Samples.Normal<T>(count, 2), r = withResidual ? Samples.Normal<T>(count, 3) : [];
        T[] gamma = affine ? Samples.Normal<T>(c, 4, 1, 0.3) : [], beta = affine ? Samples.Normal<T>(c, 5) : [];
        T[] y = new T[count], dx = new T[count], dr = withResidual ? new T[count] : [];
        T[] mean = new T[c], invStd = new T[c], variance = new T[c], dgamma = new T[c], dbeta = new T[c];
        BatchNorm.Forward<T>(n, c, inner, x, gamma, beta, r, relu, T.CreateTruncating(Eps), y, mean, invStd, variance);
        BatchNorm.Backward<T>(n, c, inner, x, relu ? y : [], dy, gamma, mean, invStd, relu, dx, dr, dgamma, dbeta);

        if (relu && !withResidual)
        {
            // Without the stored output the mask is computed again: the very same gradient.
            T[] again = new T[count], againGamma = new T[c], againBeta = new T[c];
            BatchNorm.Backward<T>(n, c, inner, x, [], dy, gamma, mean, invStd, relu, again, [], againGamma, againBeta, beta);
            Assert.Equal(dx, again);
            Assert.Equal(dgamma, againGamma);
            Assert.Equal(dbeta, againBeta);
        }

        double D(T v) => double.CreateTruncating(v);
        double m = n * inner;
        double[] wantY = new double[count], wantDx = new double[count], wantDr = new double[count];
        for (int channel = 0; channel < c; channel++)
        {
            int[] at = Enumerable.Range(0, count).Where(i => i / inner % c == channel).ToArray();
            double mu = at.Average(i => D(x[i]));
            double var = at.Average(i => (D(x[i]) - mu) * (D(x[i]) - mu));
            double s = 1 / Math.Sqrt(var + Eps), g = affine ? D(gamma[channel]) : 1, b = affine ? D(beta[channel]) : 0;
            double sum = 0, dot = 0;
            foreach (int i in at)
            {
                wantY[i] = ((D(x[i]) - mu) * s * g) + b + (withResidual ? D(r[i]) : 0);
                wantY[i] = relu ? Math.Max(0, wantY[i]) : wantY[i];
                wantDr[i] = relu && D(y[i]) <= 0 ? 0 : D(dy[i]);
                sum += wantDr[i];
                dot += wantDr[i] * (D(x[i]) - mu) * s;
            }

            foreach (int i in at)
            {
                wantDx[i] = g * s * (wantDr[i] - (sum / m) - ((D(x[i]) - mu) * s * dot / m));
            }

            double tolerance = Check.Tolerance<T>(20);
            Check.Close<T>([mu, s, var, dot, sum], [mean[channel], invStd[channel], variance[channel], dgamma[channel], dbeta[channel]], tolerance, "sums");
        }

        Check.Close<T>(wantY, y, Check.Tolerance<T>(5), "y");
        Check.Close<T>(wantDx, dx, Check.Tolerance<T>(20), "dx");
        if (withResidual)
        {
            Check.Close<T>(wantDr, dr, 0, "dresidual");
        }
    }
}
