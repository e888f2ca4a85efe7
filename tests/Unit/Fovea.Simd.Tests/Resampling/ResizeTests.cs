using Fovea.Simd.Conv;
using Fovea.Simd.Resampling;

namespace Fovea.Simd.Tests.Resampling;

public sealed class ResizeTests
{
    [Fact]
    public void Bilinear_keeps_planes_that_are_linear_when_corners_are_aligned()
    {
        // f(i, j) = 2i + 3j is its own interpolation.
        float[] x = [.. Enumerable.Range(0, 5 * 7).Select(i => (2f * (i / 7)) + (3f * (i % 7)))];
        float[] y = new float[9 * 13];
        BilinearResize.Run<float>(1, (5, 7), (9, 13), true, x, y);
        Assert.All(Enumerable.Range(0, y.Length), i => Assert.Equal((i / 13) + (1.5f * (i % 13)), y[i], 1e-4f));
    }

    [Fact]
    public void Constants_stay_and_gradients_keep_their_sum()
    {
        float[] y = new float[11 * 3];
        BilinearResize.Run<float>(1, (4, 6), (11, 3), false, [.. Enumerable.Repeat(2.5f, 24)], y);
        Assert.All(y, v => Assert.Equal(2.5f, v));
        double[] dx = new double[24];
        BilinearResize.Backward<double>(1, (4, 6), (11, 3), false, [.. Enumerable.Range(0, 33).Select(i => i * 0.25)], dx);
        Assert.Equal(0.25 * 33 * 16, dx.Sum(), 1e-10);
    }

    [Fact]
    public void Rows_longer_than_the_stack_buffer_are_resized_too()
    {
        float[] x = [.. Enumerable.Range(0, 2 * 3000).Select(i => (float)(i % 3000))];
        float[] y = new float[3 * 1500];
        BilinearResize.Run<float>(1, (2, 3000), (3, 1500), false, x, y);
        Assert.All(Enumerable.Range(0, y.Length), i => Assert.Equal((2 * (i % 1500)) + 0.5f, y[i], 1e-3f));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => NearestResize.Run<float>(1, (2, 2), (0, 2), new float[4], []));
        Assert.Throws<ArgumentException>(() => NearestResize.Run<float>(1, (2, 2), (4, 4), new float[3], new float[16]));
        Assert.Throws<ArgumentException>(() => NearestResize.Backward<float>(1, (2, 2), (4, 4), new float[15], new float[4]));
        Assert.Throws<ArgumentException>(() => BilinearResize.Run<float>(2, (2, 2), (4, 4), true, new float[4], new float[32]));
        Assert.Throws<ArgumentException>(() => BilinearResize.Backward<float>(1, (2, 2), (4, 4), true, new float[16], new float[5]));
        var shape = new DepthShape(1, 1, 3, 4, 2, 1, 0, 1);
        Assert.Throws<ArgumentException>(() => DepthUnfold.Run<float>(shape, new float[11], new float[16]));
        Assert.Throws<ArgumentException>(() => DepthUnfold.Backward<float>(shape, new float[15], new float[12]));
    }
}
