namespace Fovea.Core.Tests.Ops;

public sealed class RandomOpTests : IDisposable
{
    private readonly TensorScope _scope = TensorScope.Begin();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Dropout_zeroes_its_share_and_keeps_the_mean(double probability)
    {
        const int count = 200_000;
        float[] y = Tensor.Ones([count]).Dropout(probability, new Generator(3)).ToArray<float>();
        int zeros = y.Count(v => v == 0);
        double error = 5 * Math.Sqrt(count * probability * (1 - probability));
        Assert.InRange(zeros, count * probability - error, count * probability + error);
        Assert.All(y.Where(v => v != 0), v => Assert.Equal((float)(1 / (1 - probability)), v));
    }

    [Fact]
    public void Dropout_neighbours_are_independent()
    {
        const int count = 200_000;
        float[] y = Tensor.Ones([count]).Dropout(0.5, new Generator(4)).ToArray<float>();
        foreach (int lag in new[] { 1, 2, 3, 16, 1024 })
        {
            int same = Enumerable.Range(0, count - lag).Count(i => y[i] == 0 == (y[i + lag] == 0));
            Assert.InRange(same, (count / 2) - 5 * 224 - lag, (count / 2) + 5 * 224);
        }
    }

    [Fact]
    public void Dropout_draws_a_new_mask_each_time_from_the_generator_alone()
    {
        Tensor x = Tensor.Ones([100]);
        var generator = new Generator(5);
        float[] first = x.Dropout(0.5, generator).ToArray<float>();
        float[] second = x.Dropout(0.5, generator).ToArray<float>();
        Assert.NotEqual(first, second);
        Assert.Equal(first, x.Dropout(0.5, new Generator(5)).ToArray<float>());
    }

    [Fact]
    public void Dropout_at_its_ends()
    {
        Tensor x = Tensor.Ones([100]);
        Assert.Same(x, x.Dropout(0, new Generator(1)));
        Assert.All(x.Dropout(1, new Generator(1)).ToArray<float>(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void DropPath_drops_whole_samples_and_scales_the_others()
    {
        Tensor x = Tensor.Ones([1000, 3, 2]);
        x.RequiresGrad = true;
        Tensor y = x.DropPath(0.25, new Generator(6));
        float[] values = y.ToArray<float>();
        int dropped = 0;
        for (int n = 0; n < 1000; n++)
        {
            float[] sample = values[(n * 6)..((n + 1) * 6)];
            Assert.Single(sample.Distinct());
            Assert.True(sample[0] is 0 or (1 / 0.75f));
            dropped += sample[0] == 0 ? 1 : 0;
        }

        Assert.InRange(dropped, 250 - 70, 250 + 70);
        y.Sum().Backward();
        Assert.Equal(values, x.Grad!.ToArray<float>());
    }
}
