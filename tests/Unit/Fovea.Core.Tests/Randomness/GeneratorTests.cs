namespace Fovea.Core.Tests.Randomness;

public sealed class GeneratorTests
{
    [Fact]
    public void The_stream_is_Philox_4x32_10()
    {
        // The published known answer for key 0 and counter 0; this seed is the one that the spreading function sends to key 0.
        var generator = new Generator(unchecked(0UL - 0x9E3779B97F4A7C15));
        uint[] words = [generator.NextUInt32(), generator.NextUInt32(), generator.NextUInt32(), generator.NextUInt32()];
        Assert.Equal([0x6627E8D5u, 0xE169C58Du, 0xBC57AC4Cu, 0x9B00DBD8u], words);
    }

    [Fact]
    public void A_restored_state_continues_the_stream_at_every_position()
    {
        var generator = new Generator(7);
        for (int position = 0; position < 23; position++)
        {
            GeneratorState state = generator.State;
            Assert.Equal((ulong)position, state.Position);
            var restored = new Generator(state);
            Assert.Equal(state, restored.State);
            uint next = generator.NextUInt32();
            Assert.Equal(next, restored.NextUInt32());
            Assert.Equal(generator.State, restored.State);
        }
    }

    [Fact]
    public void Seeds_and_purposes_have_streams_of_their_own()
    {
        ulong[] firsts =
        [
            new Generator(1).NextUInt64(), new Generator(2).NextUInt64(), new Generator(1).Fork("a").NextUInt64(),
            new Generator(1).Fork("b").NextUInt64(), new Generator(1).Fork(0).NextUInt64(), new Generator(1).Fork(1).NextUInt64(),
        ];
        Assert.Equal(firsts.Length, firsts.Distinct().Count());
    }

    [Fact]
    public void A_fork_does_not_depend_on_the_position()
    {
        var generator = new Generator(5);
        ulong before = generator.Fork("augment").NextUInt64();
        generator.NextUInt64();
        Assert.Equal(before, generator.Fork("augment").NextUInt64());
    }

    [Fact]
    public void Doubles_are_uniform()
    {
        var generator = new Generator(11);
        const int draws = 200_000;
        int[] bins = new int[20];
        double sum = 0;
        for (int i = 0; i < draws; i++)
        {
            double u = generator.NextDouble();
            Assert.InRange(u, 0, 1 - double.Epsilon);
            bins[(int)(u * bins.Length)]++;
            sum += u;
        }

        // χ² with 19 degrees of freedom exceeds 43.8 once in a thousand seeds; this seed is fixed.
        double expected = draws / (double)bins.Length;
        Assert.True(bins.Sum(b => (b - expected) * (b - expected) / expected) < 43.8);

        // Five standard errors of the mean.
        Assert.InRange(sum / draws, 0.5 - 5 * 0.2887 / Math.Sqrt(draws), 0.5 + 5 * 0.2887 / Math.Sqrt(draws));
    }

    [Fact]
    public void Normals_have_the_moments_of_the_normal_distribution()
    {
        var generator = new Generator(12);
        const int draws = 200_000;
        (double m1, double m2, double m3, double m4) = (0, 0, 0, 0);
        for (int i = 0; i < draws; i++)
        {
            double z = generator.NextNormal();
            Assert.True(double.IsFinite(z));
            m1 += z / draws;
            m2 += z * z / draws;
            m3 += z * z * z / draws;
            m4 += z * z * z * z / draws;
        }

        // Five standard errors: √(1, 2, 15, 96) / √n.
        double error = 5 / Math.Sqrt(draws);
        Assert.InRange(m1, -error, error);
        Assert.InRange(m2, 1 - 1.42 * error, 1 + 1.42 * error);
        Assert.InRange(m3, -3.88 * error, 3.88 * error);
        Assert.InRange(m4, 3 - 9.8 * error, 3 + 9.8 * error);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Whole_numbers_are_as_likely_as_each_other(int limit)
    {
        var generator = new Generator(13);
        const int draws = 60_000;
        int[] counts = new int[limit];
        for (int i = 0; i < draws; i++)
        {
            counts[generator.Next(limit)]++;
        }

        double expected = draws / (double)limit;
        Assert.All(counts, c => Assert.InRange(c, expected - 5 * Math.Sqrt(expected), expected + 5 * Math.Sqrt(expected)));
    }

    [Fact]
    public void Large_limits_are_not_biased_to_one_half()
    {
        // 2/3 of 2³²: a plain remainder would favour the first half two to one.
        var generator = new Generator(14);
        const int limit = 0x5555_5555;
        int low = Enumerable.Range(0, 20_000).Count(_ => generator.Next(limit) < limit / 2);
        Assert.InRange(low, 10_000 - 5 * 71, 10_000 + 5 * 71);
        Assert.Throws<ArgumentOutOfRangeException>(() => generator.Next(0));
    }

    [Fact]
    public void Shuffle_gives_every_order_alike()
    {
        var generator = new Generator(15);
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < 24_000; i++)
        {
            char[] items = ['a', 'b', 'c', 'd'];
            generator.Shuffle<char>(items);
            string order = new(items);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, c => Assert.InRange(c, 1000 - 5 * 32, 1000 + 5 * 32));
    }

    [Fact]
    public void Fills_are_the_same_stream_in_both_precisions()
    {
        float[] singles = new float[9];
        double[] doubles = new double[9];
        new Generator(16).FillUniform<float>(singles, -2, 3);
        new Generator(16).FillUniform<double>(doubles, -2, 3);
        Assert.Equal(doubles.Select(d => (float)d), singles);
        new Generator(16).FillNormal<double>(doubles, 5, 0);
        Assert.All(doubles, d => Assert.Equal(5, d));
    }
}
