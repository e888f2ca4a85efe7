using Fovea.Simd.Conv;
using Fovea.Simd.Pooling;
using Fovea.Simd.Tests.Gemm;

namespace Fovea.Simd.Tests.Conv;

public class PackedWeightsTests
{
    public static TheoryData<ConvShape> Shapes() => [.. ConvShapes.All().Where((s, i) => i % 3 == 0 || s.Groups > 1)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Fuses_bias_residual_and_relu(ConvShape s)
    {
        float[] x = Numbers.Uniform<float>(s.Batch * s.InChannels * s.Height * s.Width, 1);
        float[] w = Numbers.Uniform<float>(s.OutChannels * (s.InChannels / s.Groups) * s.KernelHeight * s.KernelWidth, 2);
        float[] scale = Numbers.Uniform<float>(s.OutChannels, 3);
        float[] bias = Numbers.Uniform<float>(s.OutChannels, 4);
        float[] residual = Numbers.Uniform<float>(s.Batch * s.OutChannels * s.OutHeight * s.OutWidth, 5);
        int row = s.OutChannels == 0 ? 1 : w.Length / s.OutChannels;
        float[] scaled = [.. w.Select((v, i) => v * scale[i / row])];
        double[] expected = PlainConvolution.Forward(s, x, scaled, bias);
        for (int i = 0; i < expected.Length; i++)
        {
            expected[i] = Math.Max(0, expected[i] + residual[i]);
        }

        using var packed = new PackedWeights<float>(s, w, scale);
        var y = new float[residual.Length];
        Array.Fill(y, float.NaN);
        Convolution.Forward(s, x, packed, bias, residual, true, y);
        Numbers.Near(expected, y, (packed.Algorithm == ConvAlgorithm.Winograd4 ? 12e-6 : 4e-6) * Math.Sqrt(1 + row));
    }

    public static TheoryData<ConvShape> ChannelShapes() =>
        [.. ConvShapes.All().Where((s, i) => i % 2 == 0 && Convolution.Supports<float>(s, ConvAlgorithm.Channels))];

    // Narrow registers support none.
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ChannelShapes))]
    public void Channels_in_the_lanes_equal_the_definition(ConvShape s)
    {
        float[] x = Numbers.Uniform<float>(s.Batch * s.InChannels * s.Height * s.Width, 1);
        float[] w = Numbers.Uniform<float>(s.OutChannels * (s.InChannels / s.Groups) * s.KernelHeight * s.KernelWidth, 2);
        float[] bias = Numbers.Uniform<float>(s.OutChannels, 3);
        float[] residual = Numbers.Uniform<float>(s.Batch * s.OutChannels * s.OutHeight * s.OutWidth, 4);
        double[] expected = PlainConvolution.Forward(s, x, w, bias);
        using var packed = new PackedWeights<float>(s, w, default, ConvAlgorithm.Channels);
        var y = new float[residual.Length];
        Array.Fill(y, float.NaN);
        Convolution.Forward(s, x, packed, bias, [], false, y);
        double tolerance = 4e-6 * Math.Sqrt(1 + (s.InChannels / s.Groups * s.KernelHeight * s.KernelWidth));
        Numbers.Near(expected, y, tolerance);
        for (int i = 0; i < expected.Length; i++)
        {
            expected[i] = Math.Max(0, expected[i] + residual[i]);
        }

        ThreadCounts.SameBits(() =>
        {
            Convolution.Forward(s, x, packed, bias, residual, true, y);
            return y;
        });
        Numbers.Near(expected, y, tolerance);
    }

    public static TheoryData<ConvShape, int, int, int, bool> PooledShapes() => new()
    {
        { new(2, 3, 33, 47, 64, 7, 7, 2, 2, 3, 3, 1, 1, 1), 3, 2, 1, false },
        { new(1, 3, 112, 112, 40, 7, 7, 2, 2, 3, 3, 1, 1, 1), 3, 2, 1, true },
        { new(1, 7, 20, 31, 16, 5, 3, 1, 1, 2, 1, 2, 1, 1), 2, 2, 0, false },
        { new(1, 8, 21, 22, 64, 5, 5, 2, 2, 0, 2, 1, 1, 2), 5, 1, 2, true },
        { new(3, 6, 9, 8, 30, 6, 6, 1, 2, 3, 3, 1, 1, 1), 3, 3, 1, true },
    };

    [Theory]
    [MemberData(nameof(PooledShapes))]
    public void Pools_along_the_way(ConvShape s, int kernel, int stride, int pad, bool ceil)
    {
        PoolShape pool = PoolShape.Create(s.Batch * s.OutChannels, s.OutHeight, s.OutWidth, (kernel, kernel), (stride, stride), (pad, pad), ceilMode: ceil);
        float[] x = Numbers.Uniform<float>(s.Batch * s.InChannels * s.Height * s.Width, 1);
        float[] w = Numbers.Uniform<float>(s.OutChannels * (s.InChannels / s.Groups) * s.KernelHeight * s.KernelWidth, 2);
        float[] bias = Numbers.Uniform<float>(s.OutChannels, 3);
        using var packed = new PackedWeights<float>(s, w);
        var y = new float[pool.OutputLength];
        if (!Convolution.TakesMaxPool<float>(s, pool))
        {
            Assert.NotEqual(ConvAlgorithm.Channels, packed.Algorithm);
            Assert.Throws<ArgumentException>(() => Convolution.ForwardMaxPool(s, pool, x, packed, bias, true, y));
            return;
        }

        ThreadCounts.SameBits(() => Pooled());
        Assert.Equal(InTwoPasses(), y);
        x[x.Length / 2] = float.NaN;
        Assert.Equal(InTwoPasses(), Pooled());
        Assert.Contains(float.NaN, y);

        float[] Pooled()
        {
            Convolution.ForwardMaxPool(s, pool, x, packed, bias, true, y);
            return y;
        }

        float[] InTwoPasses()
        {
            var between = new float[s.Batch * s.OutChannels * s.OutHeight * s.OutWidth];
            var pooled = new float[y.Length];
            Convolution.Forward(s, x, packed, bias, [], true, between);
            MaxPool.Forward<float>(pool, between, pooled, []);
            return pooled;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gives_the_bits_of_plain_weights(ConvShape s)
    {
        float[] x = Numbers.Uniform<float>(s.Batch * s.InChannels * s.Height * s.Width, 1);
        float[] w = Numbers.Uniform<float>(s.OutChannels * (s.InChannels / s.Groups) * s.KernelHeight * s.KernelWidth, 2);
        var plain = new float[s.Batch * s.OutChannels * s.OutHeight * s.OutWidth];
        var fromPacked = new float[plain.Length];
        Convolution.Forward<float>(s, x, w, [], plain);
        using var packed = new PackedWeights<float>(s with { Batch = 1 }, w, default, Convolution.AlgorithmFor<float>(s));
        Convolution.Forward(s, x, packed, [], [], false, fromPacked);
        Assert.Equal(plain, fromPacked);
    }

    [Fact]
    public void Serves_any_size_of_image()
    {
        var small = new ConvShape(1, 3, 4, 5, 7, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        ConvShape large = small with { Batch = 2, Height = 33, Width = 20, StrideHeight = 2, StrideWidth = 2 };
        float[] w = Numbers.Uniform<float>(7 * 27, 1);
        float[] x = Numbers.Uniform<float>(2 * 3 * 33 * 20, 2);
        using var packed = new PackedWeights<float>(small, w);
        var y = new float[2 * 7 * large.OutHeight * large.OutWidth];
        Convolution.Forward(large, x, packed, [], [], false, y);
        Numbers.Near(PlainConvolution.Forward(large, x, w, []), y, 2e-5);
    }

    [Fact]
    public void Rejects_other_layers_and_spans()
    {
        var s = new ConvShape(1, 2, 4, 4, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        Assert.Contains("w needs 54", Assert.Throws<ArgumentException>(() => new PackedWeights<float>(s, new float[53])).Message);
        Assert.Contains("scale needs 3", Assert.Throws<ArgumentException>(() => new PackedWeights<float>(s, new float[54], new float[2])).Message);
        var packed = new PackedWeights<float>(s, new float[54]);
        var other = s with { InChannels = 1 };
        var e = Assert.Throws<ArgumentException>(() => Convolution.Forward<float>(other, new float[16], packed, [], [], false, new float[48]));
        Assert.Contains("packed weights are [3, 2, 3, 3]", e.Message);
        var y = new float[48];
        e = Assert.Throws<ArgumentException>(() => Convolution.Forward<float>(s, new float[32], packed, [], y, false, y));
        Assert.Contains("overlaps", e.Message);
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Convolution.Forward<float>(s, new float[32], packed, [], [], false, y));
    }
}
