namespace Fovea.Training.Tests;

public class RecipeTests
{
    [Theory]
    [InlineData(32, 0.4)]
    [InlineData(96, 0.4)]
    [InlineData(97, 0.1)]
    [InlineData(224, 0.1)]
    public void The_high_peak_of_one_cycle_is_for_small_images(int side, double expected) =>
        Assert.Equal(expected, Recipe.Complete(new TrainOptions { ImageSize = side, BatchSize = 128 }, 50_000).LearningRate!.Value, 1e-12);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(15, 2)]
    [InlineData(65, 8)]
    [InlineData(50_000, 128)]
    public void A_batch_of_one_is_never_chosen_where_there_are_two_images(int images, int expected) =>
        Assert.Equal(expected, Recipe.Complete(new TrainOptions { ImageSize = 32 }, images).BatchSize);

    [Fact]
    public void The_rate_grows_with_the_images_of_a_step()
    {
        var options = new TrainOptions { ImageSize = 32, BatchSize = 64, Accumulate = 4 };
        Assert.Equal(0.8, Recipe.Complete(options, 50_000).LearningRate!.Value, 1e-12);
        Assert.Equal(3e-3, Recipe.Complete(options with { Optimizer = OptimizerKind.AdamW }, 50_000).LearningRate!.Value, 1e-12);
        Assert.Equal(0.03, Recipe.Complete(options with { LearningRate = 0.03 }, 50_000).LearningRate!.Value, 1e-12);
    }
}
