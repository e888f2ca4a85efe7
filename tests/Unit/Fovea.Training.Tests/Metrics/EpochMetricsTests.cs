namespace Fovea.Training.Tests;

/// <summary>Rows of metrics in checkpoints, those of now and those of before tasks had metrics of their own.</summary>
public sealed class EpochMetricsTests
{
    private const string Rest = "\"learningRate\":0.1,\"gradientNorm\":2,\"imagesPerSecond\":30,\"seconds\":4";

    [Theory]
    [InlineData("\"valTop1\":0.6,\"valTop5\":0.9,\"valEce\":0.1,\"valMeanIou\":null,\"valMeanDice\":null,\"valPixelAccuracy\":null", "top1", "top1 0.6, top5 0.9, ece 0.1")]
    [InlineData("\"valTop1\":null,\"valTop5\":null,\"valEce\":null,\"valMeanIou\":0.4,\"valMeanDice\":0.5,\"valPixelAccuracy\":0.7", "pixel_accuracy", "mean_iou 0.4, mean_dice 0.5, pixel_accuracy 0.7")]
    public void A_row_of_before_gets_the_names_of_its_task(string validation, string name, string expected)
    {
        TrainState state = TrainState.FromJson($$"""{"epoch":1,"correct":3,"history":[{"epoch":1,"step":6,"trainLoss":1.5,"trainTop1":0.25,"valLoss":null,{{validation}},{{Rest}}}]}""", "x");
        Assert.Equal(3, state.ScoreSum);
        EpochMetrics row = Assert.Single(state.History).Named(new TaskMetric(name, "any"));
        Assert.Equal($"{name} 0.25", row.Train.ToString());
        Assert.Equal(expected, row.Validation.ToString());
        Assert.Equal((1, 6L, 1.5, null, 0.1, 2.0, 30.0, 4.0), (row.Epoch, row.Step, row.TrainLoss, row.ValLoss, row.LearningRate, row.GradientNorm, row.ImagesPerSecond, row.Seconds));
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        var row = new EpochMetrics
        {
            Epoch = 2,
            Step = 12,
            TrainLoss = 1.0 / 3,
            Train = new MetricSet(("mean_error", 0.1)),
            ValLoss = 5e-7,
            Validation = new MetricSet(("mean_error", null), ("other", 2)),
            LearningRate = 0.1,
            GradientNorm = 1,
            ImagesPerSecond = 9,
            Seconds = 7,
        };
        EpochMetrics read = Assert.Single(TrainState.FromJson(new TrainState { History = [row] }.ToJson(), "x").History);
        Assert.Equal(row, read.Named(new TaskMetric("other", "other")));
        Assert.Equal(row.GetHashCode(), read.GetHashCode());
        Assert.NotEqual(row, read with { Validation = new MetricSet(("mean_error", null), ("other", 3)) });
    }

    [Theory]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"epoch":"1"}""")]
    [InlineData("""{"epoch":1,"step":6,"trainLoss":1.5,"train":{"top1":"all"},"learningRate":0.1,"gradientNorm":2,"imagesPerSecond":30,"seconds":4}""")]
    public void What_is_no_row_is_refused(string row) =>
        Assert.Throws<CheckpointException>(() => TrainState.FromJson($$"""{"history":[{{row}}]}""", "x"));

    [Theory]
    [InlineData(false, 0.6, 0.5, true)]
    [InlineData(false, 0.5, 0.5, false)]
    [InlineData(true, 0.6, 0.5, false)]
    [InlineData(true, 0.4, 0.5, true)]
    [InlineData(false, null, 0.5, false)]
    public void Better_is_more_or_less(bool lowerIsBetter, double? value, double than, bool expected) =>
        Assert.Equal(expected, new TaskMetric("m", "m") { LowerIsBetter = lowerIsBetter }.IsBetter(value, than));
}
