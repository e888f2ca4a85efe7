using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Io;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What a run would be, and what its first steps came to. <see cref="ToJson"/> is what <c>train --dry-run --json</c> prints.</summary>
public sealed record DryRunResult
{
    internal DryRunResult(TrainSetup setup, string picture)
    {
        TrainingInputs inputs = setup.Inputs;
        Options = setup.Options;
        Description = inputs.Description;
        Parameters = Trial.Total(inputs.Model);
        TrainedParameters = Trial.Trained(inputs.Model);
        Parts = TrainedPart.Of(inputs.Model, setup.Options);
        Data = setup.Report;
        TrainImages = inputs.Train.ImagesPerEpoch;
        ValidationImages = inputs.Validation?.ImagesPerEpoch ?? 0;
        BatchesPerEpoch = inputs.Train.BatchesPerEpoch;
        Weights = setup.Fit;
        Memory = setup.Memory;
        Warnings = setup.Warnings;
        Picture = picture;
    }

    /// <summary>The options without open ends.</summary>
    public TrainOptions Options { get; }

    /// <summary>The model, its classes, and how images are prepared for it.</summary>
    public ModelDescription Description { get; }

    /// <summary>Numbers of the model in all.</summary>
    public long Parameters { get; }

    /// <summary>Numbers that are trained.</summary>
    public long TrainedParameters { get; }

    /// <summary>The layers of the network from its input on, with their learning rates and what of them is frozen.</summary>
    public IReadOnlyList<TrainedPart> Parts { get; }

    /// <summary>What the check of the data found.</summary>
    public DataReport Data { get; }

    /// <summary>Training images per epoch.</summary>
    public int TrainImages { get; }

    /// <summary>Validation images.</summary>
    public int ValidationImages { get; }

    /// <summary>Batches per epoch.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>What became of the weights that the run starts from; null without any.</summary>
    public FitReport? Weights { get; }

    /// <summary>What the run will take; null where it is not known.</summary>
    public MemoryEstimate? Memory { get; }

    /// <summary>What a user should know, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The file with the picture of the first batch, as augmented and with its labels; of a large batch its first 64 images.</summary>
    public string Picture { get; }

    /// <summary>Mean loss of the first step.</summary>
    public double Loss { get; init; }

    /// <summary>Norm of all gradients of the first step together, before clipping.</summary>
    public double GradientNorm { get; init; }

    /// <summary>Training images per second after the first step, loading included.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>Seconds that an epoch will take by that, validation included, each of whose images is counted as a third.</summary>
    public double EpochSeconds { get; init; }

    /// <summary>Seconds that the run will take by that.</summary>
    public double Seconds { get; init; }

    /// <summary>One line of JSON: <c>{"model":…,"parameters":…,"trainImages":…,"loss":…,"epochSeconds":…,"seconds":…,"picture":…}</c> and more.</summary>
    public string ToJson() => JsonLine.Of(json =>
    {
        json.WriteString("model", Description.Key);
        json.WriteNumber("parameters", Parameters);
        json.WriteNumber("trainedParameters", TrainedParameters);
        json.WriteNumber("trainImages", TrainImages);
        json.WriteNumber("validationImages", ValidationImages);
        json.WriteNumber("batchSize", Options.BatchSize!.Value);
        json.WriteNumber("batchesPerEpoch", BatchesPerEpoch);
        json.WriteNumber("epochs", Options.Epochs!.Value);
        json.Number("learningRate", Options.LearningRate);
        json.WriteSize("imageSize", Description.ImageSize);
        json.WriteString("preprocessing", Description.Preprocessing.ToString());
        json.Number("loss", Loss);
        json.Number("gradientNorm", GradientNorm);
        json.Number("imagesPerSecond", ImagesPerSecond);
        json.Number("epochSeconds", EpochSeconds);
        json.Number("seconds", Seconds);
        json.Number("memoryEstimate", Memory?.Total);
        json.WriteString("picture", Picture);
        json.WriteStartArray("parts");
        foreach (TrainedPart part in Parts)
        {
            json.WriteStartObject();
            json.WriteString("part", part.Part);
            json.WriteNumber("parameters", part.Parameters);
            json.Number("learningRate", Options.LearningRate * part.LearningRateScale);
            json.WriteNumber("frozenEpochs", part.FrozenEpochs);
            json.WriteNumber("trainedAtFirst", part.TrainedAtFirst);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("warnings");
        foreach (string warning in Warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
        Whole("memory", Memory is null ? null : JsonSerializer.Serialize(Memory, TrainingJson.Default.MemoryEstimate));
        Whole("weights", Weights?.ToJson());
        Whole("data", Data.ToJson());
        Whole("options", Options.ToJson());

        void Whole(string name, string? content)
        {
            if (content is null)
            {
                json.WriteNull(name);
                return;
            }

            // Parsed, so that the indents of what is written to files leave the line.
            json.WritePropertyName(name);
            JsonNode.Parse(content)!.WriteTo(json);
        }
    });
}
