using Fovea.Models;

namespace Fovea.Nn.Tests.Detection;

public sealed class SuppressionTests
{
    // Two boxes of 10×10 that share 6×10: IoU 60/140; a third far away, and one of another class in the place of the first.
    private static readonly Models.Detection[] s_found =
    [
        new(new Box(4, 0, 14, 10), 0, 0.8f), new(new Box(0, 0, 10, 10), 0, 0.9f), new(new Box(50, 50, 60, 60), 0, 0.3f), new(new Box(0, 0, 10, 10), 1, 0.5f),
    ];

    [Theory]
    [InlineData(Suppression.Hard, 0.4, new[] { 0.9f, 0.5f, 0.3f })]
    [InlineData(Suppression.Hard, 0.43, new[] { 0.9f, 0.8f, 0.5f, 0.3f })]
    [InlineData(Suppression.Linear, 0.4, new[] { 0.9f, 0.5f, 0.457143f, 0.3f })]
    [InlineData(Suppression.Linear, 0.43, new[] { 0.9f, 0.8f, 0.5f, 0.3f })]
    [InlineData(Suppression.Gaussian, 0.4, new[] { 0.9f, 0.554055f, 0.5f, 0.3f })]
    public void Boxes_over_better_ones_of_their_class_go_or_fall(Suppression suppression, double threshold, float[] scores)
    {
        var options = new DetectionOptions { Suppression = suppression, NmsThreshold = threshold };
        Assert.Equal(scores, NonMaxSuppression.Select(s_found, options).Select(d => MathF.Round(d.Score, 6)));
    }

    [Fact]
    public void A_box_that_goes_takes_none_with_it()
    {
        Box[] row = [new(0, 0, 10, 10), new(3, 0, 13, 10), new(6, 0, 16, 10)];
        Assert.Equal([0, 2], NonMaxSuppression.Select(row, [0.9f, 0.8f, 0.7f], 0.5f));
        Assert.Equal([1], NonMaxSuppression.Select(row, [0.7f, 0.9f, 0.7f], 0.5f));
        Assert.Equal([0], NonMaxSuppression.Select(row, [0.9f, 0.8f, 0.7f], 0.5f, most: 1));
        Assert.Empty(NonMaxSuppression.Select(row, [0.9f, 0.8f, 0.7f], 0.5f, least: 0.9f));
    }

    [Fact]
    public void What_falls_below_the_threshold_goes_and_the_best_stay()
    {
        var options = new DetectionOptions { Suppression = Suppression.Linear, NmsThreshold = 0.4, ScoreThreshold = 0.46, MaxDetections = 1 };
        Assert.Equal([0.9f], NonMaxSuppression.Select(s_found, options).Select(d => d.Score));
        Assert.Equal([0.9f, 0.5f], NonMaxSuppression.Select(s_found, options with { MaxDetections = 9 }).Select(d => d.Score));
    }

    [Fact]
    public void Overlaps_are_shares_of_areas()
    {
        var box = new Box(0, 0, 10, 10);
        Assert.Equal(1, box.IoU(box));
        Assert.Equal(60f / 140, box.IoU(new Box(4, 0, 14, 10)));
        Assert.Equal(0, box.IoU(new Box(10, 0, 20, 10)));
        Assert.Equal(0, box.IoU(new Box(5, 5, 5, 9)));
        Assert.Equal(new Box(0, 2, 8, 4), new Box(-3, 2, 12, 9).Clip(4, 8));
    }
}
