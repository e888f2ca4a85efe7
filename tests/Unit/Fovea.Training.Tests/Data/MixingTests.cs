using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

public class MixingTests
{
    [Theory]
    [InlineData(0.2, 0.0)]
    [InlineData(0.0, 1.0)]
    [InlineData(0.8, 1.0)]
    public void Pictures_and_labels_are_mixed_in_the_same_shares(double mixup, double cutmix)
    {
        var mixing = new BatchMixing { Mixup = mixup, CutMix = cutmix };
        for (ulong seed = 0; seed < 60; seed++)
        {
            // Picture i holds the value i everywhere and has the label i: the mean of a mixture tells the shares.
            (Tensor images, Tensor labels) = Constant(5);
            using Tensor soft = mixing.Apply(images, labels, 6, new Generator(seed));
            for (int i = 0; i < 5; i++)
            {
                float[] row = soft.AsSpan<float>().Slice(6 * i, 6).ToArray();
                double mean = 0;
                foreach (float v in images.AsSpan<float>().Slice(i * 96, 96))
                {
                    mean += v / 96;
                }

                Assert.Equal(1, row.Sum(), 1e-6);
                Assert.Equal(mean, Enumerable.Range(0, 6).Sum(k => k * row[k]), 1e-5);
                Assert.Equal(0, row[5]);
                Assert.All(row, share => Assert.InRange(share, 0, 1));
            }

            images.Dispose();
            labels.Dispose();
        }
    }

    [Fact]
    public void Cutmix_pastes_a_rectangle_and_leaves_values_as_they_are()
    {
        (Tensor images, Tensor labels) = Constant(2);
        new BatchMixing { CutMix = 1 }.Apply(images, labels, 2, new Generator(3)).Dispose();
        Assert.All(images.ToArray<float>(), v => Assert.True(v is 0 or 1));
    }

    [Fact]
    public void Off_or_by_chance_nothing_is_mixed()
    {
        foreach (BatchMixing mixing in (BatchMixing[])[new(), new() { Mixup = 1, Probability = 0 }])
        {
            Assert.False(mixing.IsOn);
            (Tensor images, Tensor labels) = Constant(3);
            float[] before = images.ToArray<float>();
            using Tensor soft = mixing.Apply(images, labels, 3, new Generator(0));
            Assert.Equal(before, images.ToArray<float>());
            Assert.Equal([1, 0, 0, 0, 1, 0, 0, 0, 1], soft.ToArray<float>());
        }

        int mixed = 0;
        for (ulong seed = 0; seed < 400; seed++)
        {
            (Tensor images, Tensor labels) = Constant(2);
            using Tensor soft = new BatchMixing { Mixup = 1, Probability = 0.25 }.Apply(images, labels, 2, new Generator(seed));
            mixed += soft.AsSpan<float>()[0] < 1 ? 1 : 0;
        }

        Assert.InRange(mixed, 60, 140);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    [InlineData(1.0)]
    [InlineData(4.0)]
    public void Shares_have_the_mean_and_variance_of_beta(double alpha)
    {
        var random = new Generator(1);
        double sum = 0, squares = 0;
        const int Draws = 40_000;
        for (int i = 0; i < Draws; i++)
        {
            double share = BetaDistribution.Draw(random, alpha);
            Assert.InRange(share, 0, 1);
            sum += share;
            squares += share * share;
        }

        double mean = sum / Draws, variance = squares / Draws - mean * mean;
        Assert.Equal(0.5, mean, 0.01);
        Assert.Equal(1 / (4 * (2 * alpha + 1)), variance, 0.01);
    }

    [Fact]
    public void Faulty_arguments_are_refused()
    {
        (Tensor images, Tensor labels) = Constant(3);
        Assert.Throws<ShapeException>(() => new BatchMixing().Apply(images, labels, 2, new Generator(0)));
        Assert.Throws<ShapeException>(() => new BatchMixing().Apply(labels, labels, 3, new Generator(0)));
        Assert.Throws<OptionException>(() => new BatchMixing { Mixup = -1 }.Apply(images, labels, 3, new Generator(0)));
    }

    private static (Tensor Images, Tensor Labels) Constant(int count)
    {
        Tensor images = Tensor.Empty([count, 3, 4, 8]), labels = Tensor.Empty([count], DType.Int64);
        for (int i = 0; i < count; i++)
        {
            images.AsSpan<float>().Slice(i * 96, 96).Fill(i);
            labels.AsSpan<long>()[i] = i;
        }

        return (images, labels);
    }
}
