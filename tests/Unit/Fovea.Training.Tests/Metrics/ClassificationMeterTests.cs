namespace Fovea.Training.Tests;

public class ClassificationMeterTests
{
    private static readonly string[] s_classes = ["a", "b", "c", "d", "e", "f"];

    [Fact]
    public void Counts_top_one_and_top_five()
    {
        var meter = new ClassificationMeter(s_classes);
        using Tensor logits = Tensor.From(
            [
                9f, 1, 2, 3, 4, 5, // label 0: first
                9f, 1, 2, 3, 4, 5, // label 1: last of six
                9f, 1, 2, 3, 4, 5, // label 2: fifth
                1f, 1, 1, 1, 1, 1, // label 0: a tie goes to the lower number
                1f, 1, 1, 1, 1, 1, // label 5: and against the higher
            ],
            [5, 6]);
        meter.Add(logits, [0, 1, 2, 0, 5], ["p", "q", "r", "s", "t"]);
        EvaluationResult result = meter.Result(2);
        Assert.Equal((5, 2, 3), (result.Images, result.Top1Correct, result.Top5Correct));
        Assert.Equal(0.4, result.Top1);
        Assert.Equal(0.6, result.Top5);
        Assert.Equal(2.5, result.ImagesPerSecond);
        Assert.Equal(1, result.Confusion[1, 0]);
        Assert.Equal(["p", "q", "r", "s", "t"], result.Predictions.Select(p => p.Name));
        Assert.Equal(1 / 6.0, result.Predictions[3].Confidence, 1e-6);
    }

    [Fact]
    public void Loss_is_the_cross_entropy_in_nats()
    {
        var meter = new ClassificationMeter(["a", "b"]);
        using Tensor logits = Tensor.From([0.0, Math.Log(3), 1000, 0], [2, 2]);
        meter.Add(logits, [0, 0]);

        // The probabilities of the labels are 1/4 and 1.
        Assert.Equal(Math.Log(4) / 2, meter.Result(0).Loss!.Value, 1e-12);
        Assert.Equal(0.25f, meter.Result(0).Predictions[0].LabelProbability, 1e-6f);
    }

    [Fact]
    public void Numbers_that_are_not_numbers_are_never_right()
    {
        var meter = new ClassificationMeter(["a", "b"]);
        using Tensor logits = Tensor.From([float.NaN, float.NaN, float.NaN, 1f], [2, 2]);
        meter.Add(logits, [0, 0]);
        Assert.Equal(0, meter.Result(0).Top1Correct);
        Assert.Equal(0, meter.Result(0).Top5Correct);
    }

    [Fact]
    public void The_batch_size_changes_nothing()
    {
        var random = new Generator(3);
        float[] values = new float[6 * 50];
        random.FillNormal<float>(values);
        long[] labels = [.. Enumerable.Range(0, 50).Select(i => (long)(i % 6))];
        EvaluationResult one = Evaluate(50), other = Evaluate(7);
        Assert.Equal(one.ToJson(), other.ToJson());
        Assert.Equal(one.CalibrationError, other.CalibrationError);

        EvaluationResult Evaluate(int batch)
        {
            var meter = new ClassificationMeter(s_classes);
            for (int at = 0; at < 50; at += batch)
            {
                int n = Math.Min(batch, 50 - at);
                using Tensor logits = Tensor.From(values.AsSpan(at * 6, n * 6).ToArray(), [n, 6]);
                meter.Add(logits, labels.AsSpan(at, n));
            }

            return meter.Result(0);
        }
    }

    [Fact]
    public void Refuses_what_does_not_fit()
    {
        var meter = new ClassificationMeter(["a", "b"]);
        using Tensor logits = Tensor.Zeros([2, 3]);
        Assert.Throws<ShapeException>(() => meter.Add(logits, [0, 0]));
        using Tensor fitting = Tensor.Zeros([2, 2]);
        Assert.Throws<DataFormatException>(() => meter.Add(fitting, [0, 2]));
        Assert.Throws<DataFormatException>(() => meter.Add(fitting, [-1, 0]));
    }

    [Fact]
    public void Json_has_the_fields_that_scripts_rely_on()
    {
        var meter = new ClassificationMeter(["a", "b"]);
        using Tensor logits = Tensor.From([1f, 0], [1, 2]);
        meter.Add(logits, [0]);
        string json = meter.Result(0.5).ToJson();
        Assert.StartsWith("{\"images\":1,\"top1Correct\":1,", json, StringComparison.Ordinal);
        foreach (string field in new[] { "\"top1\":1", "\"top5\":1", "\"loss\":0.313" })
        {
            Assert.Contains(field, json, StringComparison.Ordinal);
        }

        Assert.DoesNotContain('\n', json);
    }
}
