namespace Fovea.Training.Tests;

public class ConfusionMatrixTests
{
    [Fact]
    public void Precision_recall_and_F1_follow_from_the_counts()
    {
        var matrix = new ConfusionMatrix(["cat", "dog", "cow, brown"]);
        Add(matrix, 0, 0, 6);
        Add(matrix, 0, 1, 2);
        Add(matrix, 1, 0, 4);
        Add(matrix, 1, 1, 8);
        ClassMetrics[] metrics = [.. matrix.PerClass()];
        Assert.Equal(20, matrix.Total);
        Assert.Equal(14, matrix.Correct);
        Assert.Equal((8L, 10L, 6L), (metrics[0].Support, metrics[0].Predicted, metrics[0].Correct));
        Assert.Equal(0.6, metrics[0].Precision);
        Assert.Equal(0.75, metrics[0].Recall);
        Assert.Equal(2 * 0.6 * 0.75 / (0.6 + 0.75), metrics[0].F1, 1e-12);
        Assert.Equal((0.0, 0.0, 0.0), (metrics[2].Precision, metrics[2].Recall, metrics[2].F1));
        Assert.Equal("label\\predicted,cat,dog,\"cow, brown\"\ncat,6,2,0\ndog,4,8,0\n\"cow, brown\",0,0,0\n", matrix.ToCsv());
    }

    [Fact]
    public void Calibration_error_is_the_weighted_gap()
    {
        var error = new CalibrationError(10);

        // Ten images at 0.95 of which eight are right, ten at 0.55 of which five are: 0.5·0.15 + 0.5·0.05.
        for (int i = 0; i < 10; i++)
        {
            error.Add(0.95, i < 8);
            error.Add(0.55, i < 5);
        }

        Assert.Equal(0.1, error.Value, 1e-12);
        CalibrationBin bin = error.Bins()[9];
        Assert.Equal((0.9, 1.0, 10L, 0.8), (bin.From, bin.To, bin.Count, bin.Accuracy));
        Assert.Equal(0.95, bin.Confidence, 1e-12);
    }

    [Fact]
    public void Calibration_takes_every_confidence()
    {
        var error = new CalibrationError(4);
        foreach (double confidence in new[] { 0, 0.25, 0.25000001, 1, 1.0000001, double.NaN })
        {
            error.Add(confidence, true);
        }

        Assert.Equal([3L, 1, 0, 2], error.Bins().Select(b => b.Count));
        Assert.Equal(0, new CalibrationError().Value);
    }

    private static void Add(ConfusionMatrix matrix, int label, int predicted, int count)
    {
        for (int i = 0; i < count; i++)
        {
            matrix.Add(label, predicted);
        }
    }
}
