using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>A row of metrics in a checkpoint. Rows of before tasks had metrics of their own are read too.</summary>
internal sealed class EpochMetricsConverter : JsonConverter<EpochMetrics>
{
    /// <summary>The training metric of a row of then, which was called top-1 whatever the task.</summary>
    public const string Unnamed = "";

    private const string Train = "train";
    private const string Validation = "validation";

    // The members that validation metrics were then, and their names now.
    private static readonly Dictionary<string, string> s_then = new()
    {
        ["valTop1"] = "top1",
        ["valTop5"] = "top5",
        ["valEce"] = "ece",
        ["valMeanIou"] = "mean_iou",
        ["valMeanDice"] = "mean_dice",
        ["valPixelAccuracy"] = "pixel_accuracy",
    };

    /// <inheritdoc/>
    public override EpochMetrics Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        JsonElement row = document.RootElement;
        (string, double?)[] then = [.. s_then.Where(t => Number(row, t.Key) is not null).Select(t => (t.Value, Number(row, t.Key)))];
        return new EpochMetrics
        {
            Epoch = (int)Needed(row, "epoch"),
            Step = (long)Needed(row, "step"),
            TrainLoss = Needed(row, "trainLoss"),
            Train = Number(row, "trainTop1") is { } old ? new MetricSet((Unnamed, old)) : Metrics(row, Train),
            ValLoss = Number(row, "valLoss"),
            Validation = then.Length > 0 ? new MetricSet(then) : Metrics(row, Validation),
            LearningRate = Needed(row, "learningRate"),
            GradientNorm = Needed(row, "gradientNorm"),
            ImagesPerSecond = Needed(row, "imagesPerSecond"),
            Seconds = Needed(row, "seconds"),
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, EpochMetrics value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("epoch", value.Epoch);
        writer.WriteNumber("step", value.Step);
        writer.WriteNumber("trainLoss", value.TrainLoss);
        Write(writer, Train, value.Train);
        writer.Number("valLoss", value.ValLoss);
        Write(writer, Validation, value.Validation);
        writer.WriteNumber("learningRate", value.LearningRate);
        writer.WriteNumber("gradientNorm", value.GradientNorm);
        writer.WriteNumber("imagesPerSecond", value.ImagesPerSecond);
        writer.WriteNumber("seconds", value.Seconds);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, MetricSet metrics)
    {
        writer.WriteStartObject(name);
        foreach ((string metric, double? value) in metrics.Values)
        {
            writer.Number(metric, value);
        }

        writer.WriteEndObject();
    }

    private static MetricSet Metrics(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out JsonElement metrics) && metrics.ValueKind == JsonValueKind.Object
            ? new MetricSet([.. metrics.EnumerateObject().Select(m => (m.Name, Number(metrics, m.Name)))])
            : MetricSet.Empty;

    private static double? Number(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out JsonElement value)
        && (value.ValueKind is JsonValueKind.Null or JsonValueKind.Number ? true : throw new JsonException($"{name} is no number"))
        && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : null;

    private static double Needed(JsonElement row, string name) => Number(row, name) ?? throw new JsonException($"a row of metrics lacks {name}");
}
