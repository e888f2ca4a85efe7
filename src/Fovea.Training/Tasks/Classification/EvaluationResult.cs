using System.Globalization;

namespace Fovea.Training;

/// <summary>What an evaluation of a classifier came to.</summary>
public sealed record EvaluationResult : Evaluation
{
    /// <summary>Images whose most likely class was right.</summary>
    public required int Top1Correct { get; init; }

    /// <summary>Images with the right class among the five most likely.</summary>
    public required int Top5Correct { get; init; }

    /// <summary>Share of images whose most likely class was right, 0 to 1.</summary>
    public double Top1 => Images == 0 ? 0 : (double)Top1Correct / Images;

    /// <summary>Share of images with the right class among the five most likely, 0 to 1.</summary>
    public double Top5 => Images == 0 ? 0 : (double)Top5Correct / Images;

    /// <summary>Expected calibration error over 15 bins of confidence, 0 to 1.</summary>
    public required double CalibrationError { get; init; }

    /// <summary>How often each class was taken for each class, and what follows from it.</summary>
    public required ConfusionMatrix Confusion { get; init; }

    /// <summary>How confidence and correctness go together, by bin.</summary>
    public required IReadOnlyList<CalibrationBin> Calibration { get; init; }

    /// <summary>One line for each image, in the order of the data.</summary>
    public required IReadOnlyList<ImagePrediction> Predictions { get; init; }

    /// <inheritdoc/>
    public override MetricSet Metrics => new(("top1", Top1), ("top5", Top5), ("ece", CalibrationError));

    /// <summary>1 for each image whose most likely class was right, else 0.</summary>
    public override IReadOnlyList<double> ScoreTerms => [.. Predictions.Select(p => p.Predicted == p.Label ? 1.0 : 0.0)];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string Value)> Lines =>
    [
        ("top-1", string.Create(CultureInfo.InvariantCulture, $"{Format.Percent(Top1)} ({Top1Correct:N0} of {Images:N0})")),
        ("top-5", Format.Percent(Top5)),
        ("loss", Format.Number(Loss)),
        ("calibration error", Format.Percent(CalibrationError)),
    ];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string Value)> Headline =>
    [
        ($"top-1 ({Top1Correct} of {Images})", Format.Percent(Top1)),
        .. Confusion.Classes.Count > 5 ? [("top-5", Format.Percent(Top5))] : Array.Empty<(string, string)>(),
        ("loss", Format.Number(Loss)),
        ("calibration error", Format.Percent(CalibrationError)),
    ];

    /// <summary>Each image by the probability of its class.</summary>
    public override IEnumerable<JudgedImage> Judged => Predictions.Select(p => new JudgedImage(
        p.Index, p.Name, p.LabelProbability,
        $"{Confusion.Classes[p.Predicted]} {Format.Percent(p.Confidence, 0)}{(p.Predicted == p.Label ? string.Empty : $", is {Confusion.Classes[p.Label]}")}", p.Predicted));

    /// <summary>Recall, precision and F1 of each class.</summary>
    public override EvaluationTable Table => EvaluationTable.Of(
        ["class", "images", "recall", "precision", "F1"], Confusion.PerClass(), c => c.F1,
        c => [c.Name, c.Support.ToString("N0", CultureInfo.InvariantCulture), Format.Percent(c.Recall), Format.Percent(c.Precision), Format.Percent(c.F1)]);

    /// <summary>One line of JSON: <c>{"images":…,"top1Correct":…,"top1":…,"top5":…,"loss":…}</c> and more, with the figures of each class.</summary>
    public override string ToJson() => JsonLine.Of(json =>
    {
        json.WriteNumber("images", Images);
        json.WriteNumber("top1Correct", Top1Correct);
        json.Number("top1", Top1);
        json.Number("top5", Top5);
        json.Number("loss", Loss);
        json.WriteNumber("top5Correct", Top5Correct);
        json.Number("calibrationError", CalibrationError);
        WriteModel(json);
        json.Number("seconds", Seconds);
        json.Number("imagesPerSecond", ImagesPerSecond);
        json.WriteStartArray("classes");
        foreach (ClassMetrics c in Confusion.PerClass())
        {
            json.WriteStartObject();
            json.WriteString("class", c.Name);
            json.WriteNumber("images", c.Support);
            json.WriteNumber("predicted", c.Predicted);
            json.WriteNumber("correct", c.Correct);
            json.Number("precision", c.Precision);
            json.Number("recall", c.Recall);
            json.Number("f1", c.F1);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}

/// <summary>One evaluated image.</summary>
/// <param name="Index">Number of the image in the data.</param>
/// <param name="Name">Path of the image in the data.</param>
/// <param name="Label">Its class.</param>
/// <param name="Predicted">The most likely class.</param>
/// <param name="Confidence">Probability of the most likely class, 0 to 1.</param>
/// <param name="LabelProbability">Probability of the right class, 0 to 1.</param>
public readonly record struct ImagePrediction(int Index, string Name, int Label, int Predicted, float Confidence, float LabelProbability);
