using System.Text.Json;

namespace Fovea.Training;

/// <summary>What an evaluation came to, whatever the labels are. <see cref="ToJson"/> is what <c>eval --json</c> prints.</summary>
public abstract record Evaluation
{
    /// <summary>Images evaluated.</summary>
    public required int Images { get; init; }

    /// <summary>Mean cross entropy, in nats: over the images, or over the pixels that count; null where none does.</summary>
    public required double? Loss { get; init; }

    /// <summary>Wall-clock seconds, loading included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Images per second, loading included.</summary>
    public double ImagesPerSecond => Seconds > 0 ? Images / Seconds : 0;

    /// <summary>The model that was measured, and how the images were prepared for it; null for a model that was given from code.</summary>
    public ModelDescription? Description { get; init; }

    /// <summary>The number that says how good it is, 0 to 1: top-1, or the mean intersection over union; null where no pixel counts.</summary>
    public abstract double? Score { get; }

    /// <summary>One line of JSON.</summary>
    public abstract string ToJson();

    private protected void WriteModel(Utf8JsonWriter json)
    {
        if (Description is { } description)
        {
            json.WriteString("model", description.Key);
            json.WriteNumber("imageSize", description.ImageSize);
            json.WriteString("preprocessing", description.Preprocessing.ToString());
        }
    }
}

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
    public override double? Score => Top1;

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

/// <summary>The classes that a model sees in one image, most likely first.</summary>
/// <param name="Path">The image file.</param>
/// <param name="Classes">The classes, most likely first.</param>
public sealed record Prediction(string Path, IReadOnlyList<ClassProbability> Classes)
{
    /// <summary>One line of JSON: <c>{"path":…,"classes":[{"class":…,"label":…,"probability":…},…]}</c>.</summary>
    public string ToJson() => JsonLine.Of(json =>
    {
        json.WriteString("path", Path);
        json.WriteStartArray("classes");
        foreach (ClassProbability c in Classes)
        {
            json.WriteStartObject();
            json.WriteString("class", c.Class);
            json.WriteNumber("label", c.Label);
            json.Number("probability", c.Probability);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}

/// <summary>A class and how likely it is.</summary>
/// <param name="Class">The class's name.</param>
/// <param name="Label">The class's number.</param>
/// <param name="Probability">0 to 1.</param>
public readonly record struct ClassProbability(string Class, int Label, float Probability);
