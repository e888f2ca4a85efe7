using Fovea.Simd.Conv;
using Fovea.Simd.Tests.Gemm;
using Fovea.Simd.Tests.Support;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Tests.Conv;

public class WinogradTests(ITestOutputHelper output)
{
    // Maps around every multiple of a tile, channels around every register and panel, all paddings, groups, images of a unit.
    private static IEnumerable<ConvShape> Shapes()
    {
        (int Height, int Width)[] maps = [(1, 1), (2, 3), (3, 2), (4, 4), (5, 6), (6, 5), (7, 7), (8, 9), (9, 15), (13, 17), (14, 14), (16, 33)];
        (int Inputs, int Outputs)[] channels = [(1, 1), (3, 8), (7, 9), (8, 15), (9, 16), (15, 17), (16, 31), (17, 32), (33, 33), (48, 40), (16, 65)];
        for (int i = 0; i < 36; i++)
        {
            (int height, int width) = maps[i % maps.Length];
            (int inputs, int outputs) = channels[i % channels.Length];
            int pad = i % 3;
            int groups = 1 + (i % 5 == 4 ? 1 : 0);
            if (height + (2 * pad) >= 3 && width + (2 * pad) >= 3)
            {
                yield return new(1 + (i * 7 % 6), inputs * groups, height, width, outputs * groups, 3, 3, 1, 1, pad, (pad + (i / 3)) % 3, 1, 1, groups);
            }
        }

        yield return new(1, 160, 7, 7, 150, 3, 3, 1, 1, 1, 1, 1, 1, 1);

        // Weights so large that panels are taken element by element: a few tiles shared by pieces, and several units of them.
        yield return new(1, 260, 9, 8, 230, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        yield return new(12, 250, 8, 9, 210, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        yield return new(19, 20, 4, 4, 24, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        yield return new(1, 16, 56, 56, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1);

        // Dilated: maps around every multiple of a dilated tile, dilations that differ down and across, and one wider than half the map.
        foreach ((int height, int width, int down, int across) in ((int, int, int, int)[])
            [(9, 9, 2, 2), (13, 13, 2, 3), (16, 33, 4, 2), (28, 28, 4, 4), (14, 15, 1, 6), (7, 17, 5, 1), (28, 28, 12, 12), (6, 5, 4, 4)])
        {
            yield return new(2, 17, height, width, 33, 3, 3, 1, 1, down, across, down, across, 1);
            yield return new(3, 8, height, width, 12, 3, 3, 1, 1, down * 2, across, down, across, 2);
        }

        // A kernel of 5 × 5 of which the map leaves 3 × 3.
        yield return new(4, 9, 2, 2, 16, 5, 5, 1, 1, 2, 2, 1, 1, 1);
    }

    private static bool Fits(in ConvShape s) => s.OutHeight > 0 && s.OutWidth > 0;

    public static TheoryData<ConvShape, ConvAlgorithm> Cases() =>
        [.. from s in Shapes() where Fits(s) from a in (ConvAlgorithm[])[ConvAlgorithm.Winograd2, ConvAlgorithm.Winograd4] select (s, a)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_the_definition(ConvShape s, ConvAlgorithm algorithm)
    {
        Assert.SkipUnless(Convolution.Supports<float>(s, algorithm), "registers too narrow");
        float[] x = Numbers.Uniform<float>(s.Batch * s.InChannels * s.Height * s.Width, 1);
        float[] w = Numbers.Uniform<float>(s.OutChannels * (s.InChannels / s.Groups) * s.KernelHeight * s.KernelWidth, 2);
        float[] bias = Numbers.Uniform<float>(s.OutChannels, 3);
        float[] residual = Numbers.Uniform<float>(s.Batch * s.OutChannels * s.OutHeight * s.OutWidth, 4);
        double[] expected = PlainConvolution.Forward(s, x, w, bias);
        double tolerance = (algorithm == ConvAlgorithm.Winograd4 ? 12e-6 : 4e-6) * Math.Sqrt(1 + (s.InChannels / s.Groups * 9));
        var y = new float[residual.Length];
        using var packed = new PackedWeights<float>(s, w, default, algorithm);
        Assert.Equal(algorithm, packed.Algorithm);
        Array.Fill(y, float.NaN);
        Convolution.Forward(s, x, packed, bias, [], false, y);
        Numbers.Near(expected, y, tolerance);

        for (int i = 0; i < expected.Length; i++)
        {
            expected[i] = Math.Max(0, expected[i] + residual[i]);
        }

        Array.Fill(y, float.NaN);
        Convolution.Forward(s, x, packed, bias, residual, true, y);
        Numbers.Near(expected, y, tolerance);
        ThreadCounts.SameBits(() =>
        {
            Convolution.Forward(s, x, packed, [], residual, false, y);
            return y;
        });
    }

    /// <summary>The bounds that docs/decisions/0005-winograd.md states: greatest error by the greatest output, He weights, normal input.</summary>
    [Theory]
    [InlineData(16, 24, ConvAlgorithm.Direct, 1e-6)]
    [InlineData(16, 24, ConvAlgorithm.Winograd2, 1e-6)]
    [InlineData(16, 24, ConvAlgorithm.Winograd4, 4e-6)]
    [InlineData(128, 14, ConvAlgorithm.Direct, 1e-6)]
    [InlineData(128, 14, ConvAlgorithm.Winograd2, 1e-6)]
    [InlineData(128, 14, ConvAlgorithm.Winograd4, 4e-6)]
    [InlineData(512, 7, ConvAlgorithm.Direct, 2e-6)]
    [InlineData(512, 7, ConvAlgorithm.Winograd2, 2e-6)]
    [InlineData(512, 7, ConvAlgorithm.Winograd4, 4e-6)]
    public void Keeps_its_error_bound(int channels, int size, ConvAlgorithm algorithm, double bound)
    {
        var s = new ConvShape(1, channels, size, size, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        Assert.SkipUnless(Convolution.Supports<float>(s, algorithm), "registers too narrow");
        float[] x = Samples.Normal<float>(channels * size * size, 1);
        float[] w = Samples.Normal<float>(32 * channels * 9, 2, 0, Math.Sqrt(2.0 / (9 * channels)));
        double[] expected = PlainConvolution.Forward(s, x, w, []);
        using var packed = new PackedWeights<float>(s, w, default, algorithm);
        var y = new float[expected.Length];
        Convolution.Forward(s, x, packed, [], [], false, y);
        double worst = expected.Zip(y).Max(p => Math.Abs(p.First - p.Second)) / expected.Max(Math.Abs);
        output.WriteLine($"{channels} channels of {size} × {size}, {algorithm}: {worst:E2}");
        Assert.InRange(worst, 0, bound);
    }

    /// <summary>The gradient of the weights: several chunks of tiles, odd maps, ragged registers, groups, dilation.</summary>
    [Theory]
    [InlineData(1, 33, 77, 34, 1, 1)]
    [InlineData(3, 32, 13, 50, 1, 1)]
    [InlineData(2, 40, 16, 36, 2, 1)]
    [InlineData(9, 47, 7, 32, 1, 1)]
    [InlineData(2, 33, 19, 40, 1, 2)]
    [InlineData(1, 32, 28, 32, 1, 4)]
    [InlineData(3, 35, 11, 32, 2, 6)]
    public void Sums_the_gradient_of_weights(int batch, int inputs, int size, int outputs, int groups, int dilation)
    {
        var s = new ConvShape(batch, inputs * groups, size, size, outputs * groups, 3, 3, 1, 1, dilation, dilation, dilation, dilation, groups);
        float[] x = Samples.Normal<float>(batch * inputs * groups * size * size, 1, 0.5);
        float[] dy = Samples.Normal<float>(batch * outputs * groups * size * size, 2);
        double[] expected = PlainConvolution.BackwardWeight(s, x, dy);
        var dw = new float[expected.Length];
        ThreadCounts.SameBits(() =>
        {
            Array.Fill(dw, float.NaN);
            Convolution.BackwardWeight<float>(s, x, dy, dw);
            return dw;
        });
        double greatest = expected.Max(Math.Abs);
        Assert.InRange(expected.Zip(dw).Max(p => Math.Abs(p.First - p.Second)) / greatest, 0, 1e-6);
    }

    [Fact]
    public void Refuses_what_it_cannot_compute()
    {
        var s = new ConvShape(1, 16, 8, 8, 16, 3, 3, 2, 2, 1, 1, 1, 1, 1);
        Assert.False(Convolution.Supports<float>(s, ConvAlgorithm.Winograd2));
        Assert.True(Convolution.Supports<float>(s, ConvAlgorithm.Direct));
        Assert.False(Convolution.Supports<double>(s with { StrideHeight = 1, StrideWidth = 1 }, ConvAlgorithm.Winograd4));
        Assert.Contains("does not exist", Assert.Throws<ArgumentException>(() => new PackedWeights<float>(s, new float[2304], default, ConvAlgorithm.Winograd2)).Message);
        ConvShape one = s with { StrideHeight = 1, StrideWidth = 1 };
        Assert.SkipUnless(VectorInfo.Bits >= 256, "registers too narrow");
        using var packed = new PackedWeights<float>(one, new float[2304], default, ConvAlgorithm.Winograd2);
        var e = Assert.Throws<ArgumentException>(() => Convolution.Forward(s, new float[1024], packed, [], [], false, new float[256]));
        Assert.Contains("packed for Winograd2", e.Message);
    }
}
