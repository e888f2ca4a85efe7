using Fovea.Simd.Conv;
using Fovea.Simd.Tests.Gemm;

namespace Fovea.Simd.Tests.Conv;

/// <summary>1 × 1 convolutions with packed weights: units, groups of tiles and squares that end anywhere, and residuals in place.</summary>
public class PointwiseTests
{
    // Maps that registers divide and do not, units that cross images and such that read planes, sums in one visit and in several, channels that fill no register.
    public static TheoryData<int, int, int, int> Layers() => new()
    {
        { 1, 64, 56, 64 }, { 1, 64, 31, 96 }, { 3, 96, 28, 80 }, { 2, 272, 22, 40 }, { 9, 96, 14, 100 }, { 2, 300, 14, 72 }, { 5, 528, 7, 64 }, { 17, 64, 7, 64 },
        { 1, 128, 4, 70 }, { 1, 64, 32, 64 }, { 33, 64, 3, 64 }, { 40, 64, 1, 68 },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void Equal_the_definition_with_every_epilogue(int batch, int inputs, int size, int outputs)
    {
        var s = new ConvShape(batch, inputs, size, size, outputs, 1, 1, 1, 1, 0, 0, 1, 1, 1);
        float[] x = Numbers.Uniform<float>(batch * inputs * size * size, 1);
        float[] w = Numbers.Uniform<float>(outputs * inputs, 2);
        float[] bias = Numbers.Uniform<float>(outputs, 3);
        float[] residual = Numbers.Uniform<float>(batch * outputs * size * size, 4);
        double[] sums = PlainConvolution.Forward(s, x, w, []);
        using var packed = new PackedWeights<float>(s, w);
        var y = new float[residual.Length];
        foreach ((bool biased, bool adds, bool relu) in from b in Flags from a in Flags from r in Flags select (b, a, r))
        {
            double[] expected = [.. sums.Select((v, i) => v + (biased ? bias[i / (size * size) % outputs] : 0) + (adds ? residual[i] : 0))];
            expected = relu ? Array.ConvertAll(expected, v => Math.Max(0, v)) : expected;
            ThreadCounts.SameBits(() =>
            {
                Array.Fill(y, float.NaN);
                Convolution.Forward(s, x, packed, biased ? bias : [], adds ? residual : [], relu, y);
                return y;
            });
            Numbers.Near(expected, y, 4e-6 * Math.Sqrt(1 + inputs));
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Add_what_lies_in_the_results_place(int batch, int inputs, int size, int outputs)
    {
        var s = new ConvShape(batch, inputs, size, size, outputs, 1, 1, 1, 1, 0, 0, 1, 1, 1);
        float[] x = Numbers.Uniform<float>(batch * inputs * size * size, 1);
        float[] w = Numbers.Uniform<float>(outputs * inputs, 2);
        float[] bias = Numbers.Uniform<float>(outputs, 3);
        float[] y = Numbers.Uniform<float>(batch * outputs * size * size, 4);
        using var packed = new PackedWeights<float>(s, w);
        var apart = new float[y.Length];
        Convolution.Forward(s, x, packed, bias, y, true, apart);
        if (packed.AddsInPlace)
        {
            Convolution.Forward(s, x, packed, bias, y, true, y);
            Assert.Equal(apart, y);
        }
        else
        {
            // Narrow registers build their sums up in the result.
            Assert.Throws<ArgumentException>(() => Convolution.Forward(s, x, packed, bias, y, true, y));
        }
    }

    [Fact]
    public void Keep_NaN()
    {
        var s = new ConvShape(1, 64, 8, 8, 64, 1, 1, 1, 1, 0, 0, 1, 1, 1);
        float[] x = Numbers.Uniform<float>(64 * 64, 1);
        x[5] = float.NaN;
        float[] residual = Numbers.Uniform<float>(64 * 64, 2);
        residual[77] = float.NaN;
        using var packed = new PackedWeights<float>(s, Numbers.Uniform<float>(64 * 64, 3));
        var y = new float[64 * 64];
        Convolution.Forward(s, x, packed, new float[64], residual, true, y);
        Assert.All(y.Index(), v => Assert.Equal(v.Index % 64 == 5 || v.Index == 77, float.IsNaN(v.Item)));
    }

    [Fact]
    public void Refuse_a_residual_that_overlaps_a_part()
    {
        var s = new ConvShape(1, 64, 8, 8, 64, 1, 1, 1, 1, 0, 0, 1, 1, 1);
        using var packed = new PackedWeights<float>(s, new float[64 * 64]);
        var both = new float[(64 * 64) + 1];
        Assert.Contains(
            "overlaps", Assert.Throws<ArgumentException>(() => Convolution.Forward<float>(s, new float[64 * 64], packed, [], both.AsSpan(1), false, both.AsSpan(0, 64 * 64))).Message);
    }

    private static bool[] Flags => [false, true];
}
