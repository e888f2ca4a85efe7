using Fovea.Simd.Pooling;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Pooling;

public class AdaptivePoolTests
{
    [Theory]
    [InlineData(2, 7, 9, 1, 1)]
    [InlineData(2, 8, 6, 4, 3)]
    [InlineData(3, 7, 37, 3, 5)]
    [InlineData(1, 3, 2, 5, 7)]
    [InlineData(2, 14, 14, 6, 6)]
    public void Equals_the_plain_loops(int planes, int height, int width, int outHeight, int outWidth)
    {
        float[] x = Samples.Normal<float>(planes * height * width).Select(v => MathF.Round(v * 3)).ToArray();
        float[] dy = Samples.Normal<float>(planes * outHeight * outWidth, 2);
        float[] mean = new float[dy.Length], max = new float[dy.Length], dx = new float[x.Length];
        var index = new int[dy.Length];
        AdaptivePool.Average<float>(planes, (height, width), (outHeight, outWidth), x, mean);
        AdaptivePool.AverageBackward<float>(planes, (height, width), (outHeight, outWidth), dy, dx);
        AdaptivePool.Max<float>(planes, (height, width), (outHeight, outWidth), x, max, index);
        double[] wantMean = new double[dy.Length], wantDx = new double[x.Length];
        for (int o = 0; o < dy.Length; o++)
        {
            int plane = o / (outHeight * outWidth), i = o / outWidth % outHeight, j = o % outWidth;
            int top = (int)Math.Floor(i * (double)height / outHeight), bottom = (int)Math.Ceiling((i + 1) * (double)height / outHeight);
            int left = (int)Math.Floor(j * (double)width / outWidth), right = (int)Math.Ceiling((j + 1) * (double)width / outWidth);
            int best = -1;
            for (int h = top; h < bottom; h++)
            {
                for (int w = left; w < right; w++)
                {
                    int at = (h * width) + w, full = (plane * height * width) + at;
                    best = best < 0 || x[full] > x[(plane * height * width) + best] ? at : best;
                    wantMean[o] += x[full] / (double)((bottom - top) * (right - left));
                    wantDx[full] += dy[o] / (double)((bottom - top) * (right - left));
                }
            }

            Assert.Equal(best, index[o]);
            Assert.Equal(x[(plane * height * width) + best], max[o]);
        }

        Check.Close(wantMean, mean.AsSpan(), 1e-6);
        Check.Close(wantDx, dx.AsSpan(), 1e-6);
    }
}
