using Fovea.Simd.Masking;

namespace Fovea.Simd.Tests.Masking;

public sealed class MaskingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(64)]
    [InlineData(67)]
    [InlineData(40_003)]
    public void Choices_follow_the_mask_at_every_length(int length)
    {
        var random = new Random(1);
        bool[] mask = [.. Enumerable.Range(0, length).Select(_ => random.Next(2) == 1)];
        float[] a = [.. Enumerable.Range(0, length).Select(i => (float)i)];
        float[] b = [.. a.Select(v => -v - 1)];
        float[] y = new float[length];
        MaskSelect.Run<float>(mask, a, b, y);
        Assert.Equal(mask.Select((m, i) => m ? a[i] : b[i]), y);
        MaskSelect.Run<float>(mask, [7], b, y);
        Assert.Equal(mask.Select((m, i) => m ? 7 : b[i]), y);

        double[] wide = new double[length];
        MaskSelect.Run<double>(mask, [3], [4], wide);
        Assert.Equal(mask.Select(m => m ? 3.0 : 4), wide);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(129)]
    public void Comparisons_agree_with_scalars_at_every_length(int length)
    {
        var random = new Random(2);
        float[] a = [.. Enumerable.Range(0, length).Select(i => i % 7 == 6 ? float.NaN : random.Next(3))];
        float[] b = [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(3))];
        bool[] y = new bool[length];
        (Comparison Kind, Func<float, float, bool> Test)[] kinds =
        [
            (Comparison.Greater, (x, z) => x > z), (Comparison.GreaterOrEqual, (x, z) => x >= z), (Comparison.Less, (x, z) => x < z),
            (Comparison.LessOrEqual, (x, z) => x <= z), (Comparison.Equal, (x, z) => x == z), (Comparison.NotEqual, (x, z) => x != z),
        ];
        foreach ((Comparison kind, Func<float, float, bool> test) in kinds)
        {
            Compare.Run<float>(kind, [length], a, [1], b, [1], y);
            Assert.Equal(a.Zip(b, test), y);
            Compare.Run<float>(kind, [length], a, [1], [1], [0], y);
            Assert.Equal(a.Select(v => test(v, 1)), y);
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => MaskSelect.Run<float>(new bool[3], new float[2], new float[3], new float[3]));
        Assert.Throws<ArgumentException>(() => MaskSelect.Run<float>(new bool[3], new float[3], new float[3], new float[4]));
        Assert.Throws<ArgumentException>(() => Compare.Run<float>(Comparison.Equal, [3], new float[2], [1], new float[3], [1], new bool[3]));
        Assert.Throws<ArgumentException>(() => Compare.Run<float>(Comparison.Equal, [3], new float[3], [1], new float[3], [1], new bool[2]));
    }
}
