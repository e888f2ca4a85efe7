using Fovea.Simd.Noise;

namespace Fovea.Simd.Tests.Noise;

public sealed class DropoutMaskTests
{
    [Fact]
    public void The_mask_is_the_same_in_both_types_and_at_every_offset_of_a_register()
    {
        for (int length = 1; length < 70; length += 3)
        {
            float[] single = new float[length];
            double[] wide = new double[length];
            DropoutMask.Apply<float>([.. Enumerable.Repeat(1f, length)], single, 0.5, 0x123456789ABCDEF0);
            DropoutMask.Apply<double>([.. Enumerable.Repeat(1.0, length)], wide, 0.5, 0x123456789ABCDEF0);
            Assert.Equal(wide.Select(v => (float)v), single);
        }
    }

    [Fact]
    public void Dropped_values_are_zero_even_where_they_were_not_finite()
    {
        float[] y = [.. Enumerable.Repeat(float.NaN, 1000)];
        DropoutMask.Apply<float>(y, y, 0.5, 3);
        Assert.InRange(y.Count(v => v == 0), 400, 600);
    }

    [Fact]
    public void Different_seeds_give_masks_that_agree_by_chance_alone()
    {
        const int length = 100_000;
        float[] ones = [.. Enumerable.Repeat(1f, length)];
        float[][] masks = [.. new ulong[] { 1, 2, 1UL << 32, (1UL << 32) + 1 }.Select(seed =>
        {
            float[] y = new float[length];
            DropoutMask.Apply<float>(ones, y, 0.5, seed);
            return y;
        })];
        for (int a = 0; a < masks.Length; a++)
        {
            for (int b = 0; b < a; b++)
            {
                int same = masks[a].Zip(masks[b]).Count(p => p.First == p.Second);
                Assert.InRange(same, (length / 2) - 5 * 159, (length / 2) + 5 * 159);
            }
        }
    }

    [Fact]
    public void Lengths_that_differ_are_refused() =>
        Assert.Throws<ArgumentException>(() => DropoutMask.Apply<float>(new float[3], new float[2], 0.5, 1));
}
