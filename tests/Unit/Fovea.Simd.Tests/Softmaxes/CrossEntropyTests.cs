using System.Numerics;
using Fovea.Simd.Softmaxes;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Softmaxes;

public class CrossEntropyTests
{
    [Theory]
    [InlineData(1, 1, 0.0, false)]
    [InlineData(4, 10, 0.0, false)]
    [InlineData(4, 10, 0.1, false)]
    [InlineData(5, 17, 0.2, true)]
    [InlineData(3, 1000, 0.1, true)]
    public void Loss_and_gradient_equal_the_formula(int rows, int classes, double smoothing, bool weighted)
    {
        Formula<float>(rows, classes, smoothing, weighted);
        Formula<double>(rows, classes, smoothing, weighted);
    }

    /// <summary>Values by PyTorch 1.13's cross_entropy(reduction='none', label_smoothing=0.1, weight=[1, 2, 0.5]).</summary>
    [Fact]
    public void Equals_PyTorch()
    {
        var loss = new double[3];
        double total = CrossEntropy.Run<double>(3, 3, [1, 2, 3, 0.5, -1, 0, -2, 4, 1], [2, 0, 1], [1, 2, 0.5], 0.1, -100, loss, []);
        Assert.Equal(3.5, total);
        Check.Close<double>([0.364310046518, 0.722532782092, 0.347646046752], loss, 1e-11);
    }

    [Fact]
    public void Ignored_rows_cost_nothing()
    {
        float[] logits = Samples.Normal<float>(6), loss = [9, 9], gradient = new float[6];
        Assert.Equal(1, CrossEntropy.Run<float>(2, 3, logits, [-1, 2], [], 0, -1, loss, gradient));
        Assert.Equal(0, loss[0]);
        Assert.Equal([0, 0, 0], gradient[..3]);
        Assert.NotEqual(0, loss[1]);
    }

    [Fact]
    public void A_label_that_is_no_class_is_an_error()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => CrossEntropy.Run<float>(1, 3, new float[3], [3], [], 0, -100, new float[1], []));
        Assert.Contains("labels from 0 to 2", e.Message);
    }

    [Fact]
    public void Huge_logits_do_not_overflow()
    {
        var loss = new float[2];
        CrossEntropy.Run<float>(2, 2, [1e4f, -1e4f, -1e4f, 1e4f], [0, 0], [], 0, -100, loss, []);
        Assert.Equal([0, 2e4f], loss);
    }

    private static void Formula<T>(int rows, int classes, double smoothing, bool weighted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] logits = Samples.Normal<T>(rows * classes, 1, 0, 3), weights = weighted ? Samples.Normal<T>(classes, 2, 1, 0.2) : [];
        long[] labels = Enumerable.Range(0, rows).Select(r => (long)(r * 7 % classes)).ToArray();
        T[] loss = new T[rows], gradient = new T[logits.Length];
        double total = CrossEntropy.Run<T>(rows, classes, logits, labels, weights, smoothing, -100, loss, gradient);

        double[] wantLoss = new double[rows], wantGradient = new double[logits.Length];
        double wantTotal = 0;
        for (int r = 0; r < rows; r++)
        {
            double[] x = Samples.ToDouble<T>(logits.AsSpan(r * classes, classes));
            double log = Math.Log(x.Sum(v => Math.Exp(v)));
            double W(int c) => weighted ? double.CreateTruncating(weights[c]) : 1;
            double A(int c) => ((1 - smoothing) * (c == labels[r] ? W(c) : 0)) + (smoothing / classes * W(c));
            double all = Enumerable.Range(0, classes).Sum(A);
            wantTotal += W((int)labels[r]);
            for (int c = 0; c < classes; c++)
            {
                wantLoss[r] -= A(c) * (x[c] - log);
                wantGradient[(r * classes) + c] = (all * Math.Exp(x[c] - log)) - A(c);
            }
        }

        Assert.Equal(wantTotal, total, 1e-6);
        Check.Close<T>(wantLoss, loss, Check.Tolerance<T>(2), "loss");
        Check.Close<T>(wantGradient, gradient, Check.Tolerance<T>(), "gradient");
        var alone = new T[rows];
        CrossEntropy.Run<T>(rows, classes, logits, labels, weights, smoothing, -100, alone, []);
        Assert.Equal(loss, alone);
    }
}
