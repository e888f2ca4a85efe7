using Fovea.Simd.Gates;

namespace Fovea.Simd.Tests.Gates;

/// <summary>What the one-sweep softmax makes of logits that are not numbers; its numbers are held by the op contracts.</summary>
public sealed class GateSweepTests
{
    private const int Images = 2;
    private const int Channels = 3;

    public static TheoryData<int> Lengths => [1, 15, 16, 17, 1000, 40_000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Logits_of_minus_infinity_alone_give_zeros(int positions)
    {
        (float[] p, float[] sums) = Run(positions, float.NegativeInfinity, _ => { });
        Assert.All(p, v => Assert.Equal(0, v));
        Assert.All(sums, v => Assert.Equal(0, v));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void NaN_stays_in_its_image(int positions)
    {
        (float[] p, float[] sums) = Run(positions, 0, x => x[^1] = float.NaN);
        Assert.All(p[..positions], v => Assert.True(float.IsFinite(v)));
        Assert.All(sums[..Channels], v => Assert.True(float.IsFinite(v)));
        Assert.All(sums[Channels..], v => Assert.True(float.IsNaN(v)));
    }

    private static (float[] P, float[] Sums) Run(int positions, float bias, Action<float[]> change)
    {
        var random = new Random(1);
        float[] x = [.. Enumerable.Range(0, Images * Channels * positions).Select(_ => (float)random.NextDouble() - 0.5f)];
        change(x);
        float[] p = new float[Images * positions], sums = new float[Images * Channels];
        GateSweep.Softmax<float>(Images, Channels, positions, x, [1, -2, 0.5f], bias, p, sums);
        return (p, sums);
    }
}
