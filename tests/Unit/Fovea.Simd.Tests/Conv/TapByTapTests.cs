using Fovea.Simd.Conv;
using Fovea.Simd.Tests.Gemm;

namespace Fovea.Simd.Tests.Conv;

public class TapByTapTests
{
    /// <summary>Every fourth geometry that has the algorithm, cropped and padded beyond the map among them, and all that choose it.</summary>
    public static TheoryData<ConvShape> Shapes() =>
        [.. ConvShapes.All().Where((s, i) => Convolution.Supports<float>(s, ConvAlgorithm.Taps) && (i % 4 == 0 || Convolution.AlgorithmFor<float>(s) == ConvAlgorithm.Taps))];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_definition_with_packed_weights(ConvShape s)
    {
        float[] x = Numbers.Uniform<float>(s.Batch * s.InChannels * s.Height * s.Width, 1);
        float[] w = Numbers.Uniform<float>(s.OutChannels * s.InChannels * s.KernelHeight * s.KernelWidth, 2);
        float[] bias = Numbers.Uniform<float>(s.OutChannels, 3);
        float[] residual = Numbers.Uniform<float>(s.Batch * s.OutChannels * s.OutHeight * s.OutWidth, 4);
        double[] expected = PlainConvolution.Forward(s, x, w, bias);

        // As for every direct sum: the error grows with the square root of the length of the sum.
        double tolerance = 4e-6 * Math.Sqrt(1 + (s.InChannels * s.KernelHeight * s.KernelWidth));
        using var packed = new PackedWeights<float>(s, w, default, ConvAlgorithm.Taps);
        var y = new float[residual.Length];
        Array.Fill(y, float.NaN);
        Convolution.Forward(s, x, packed, bias, [], false, y);
        Numbers.Near(expected, y, tolerance);

        Array.Fill(y, float.NaN);
        Convolution.Forward(s, x, packed, bias, residual, true, y);
        Numbers.Near([.. expected.Zip(residual, (e, r) => Math.Max(0, e + r))], y, tolerance);
        ThreadCounts.SameBits(() =>
        {
            Convolution.Forward(s, x, packed, [], residual, false, y);
            return y;
        });
    }

    /// <summary>DeepLab v3's pyramid on an eighth of 240 × 320 pixels, and layers whose taps reach nearly all of the map.</summary>
    [Theory]
    [InlineData(2048, 256, 30, 40, 24, true)]
    [InlineData(2048, 256, 30, 40, 36, true)]
    [InlineData(512, 512, 30, 40, 4, false)]
    [InlineData(64, 64, 56, 56, 1, false)]
    public void Is_chosen_where_taps_read_padding(int inputs, int outputs, int height, int width, int dilation, bool chosen)
    {
        var s = new ConvShape(2, inputs, height, width, outputs, 3, 3, 1, 1, dilation, dilation, dilation, dilation, 1);
        Assert.Equal(chosen, Convolution.AlgorithmFor<float>(s) == ConvAlgorithm.Taps);
        Assert.Equal(chosen, Convolution.AlgorithmFor<double>(s) == ConvAlgorithm.Taps);
    }

    [Fact]
    public void Serves_maps_of_another_size()
    {
        var s = new ConvShape(1, 40, 20, 20, 24, 3, 3, 1, 1, 15, 15, 15, 15, 1);
        ConvShape other = s with { Batch = 2, Height = 17, Width = 26 };
        float[] w = Numbers.Uniform<float>(24 * 40 * 9, 1);
        float[] x = Numbers.Uniform<float>(2 * 40 * 17 * 26, 2);
        using var packed = new PackedWeights<float>(s, w, default, ConvAlgorithm.Taps);
        var y = new float[2 * 24 * 17 * 26];
        Convolution.Forward(other, x, packed, [], [], false, y);
        Numbers.Near(PlainConvolution.Forward(other, x, w, []), y, 4e-6 * Math.Sqrt(361));
    }
}
