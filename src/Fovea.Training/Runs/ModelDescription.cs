using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Imaging.Transforms;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// All that is needed to build a model again and to feed it: it travels in the metadata of weights and checkpoints, so that
/// <c>eval --weights FILE</c> needs no other flag.
/// </summary>
public sealed record ModelDescription
{
    private const string Key = "fovea";

    /// <summary>Key of the model catalogue.</summary>
    public required string Model { get; init; }

    /// <summary>Key of the attention catalogue; null for none.</summary>
    public string? Attention { get; init; }

    /// <summary>Where the attention goes.</summary>
    public string AttentionAt { get; init; } = AttentionPlacement.Blocks;

    /// <summary>Options of the mechanism, as text by name.</summary>
    public IReadOnlyDictionary<string, string> AttentionOptions { get; init; } = new Dictionary<string, string>();

    /// <summary>The names of the classes, in the order of the model's outputs.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>What the model gives: a class for each image (default), or for each pixel.</summary>
    public DataTask Task { get; init; }

    /// <summary>The value that did not count in the masks that it was trained on; null for 255, or for classifiers.</summary>
    public int? IgnoreValue { get; init; }

    /// <summary>Side of the square that the model sees, in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>What is taken from each channel, in units of full brightness; default ImageNet's means.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0.485, 0.456, 0.406];

    /// <summary>What each channel is divided by then; default ImageNet's deviations.</summary>
    public IReadOnlyList<double> Std { get; init; } = [0.229, 0.224, 0.225];

    /// <summary>The description in words: <c>resnet20-cifar with se, 10 classes</c>.</summary>
    public string Title => $"{Model}{(Attention is null ? string.Empty : $" with {Attention}")}, {Format.Of(Classes.Count, "class")}";

    /// <summary>Builds the model. Its weights are undefined until they are loaded or drawn.</summary>
    /// <exception cref="OptionException">There is no such model or mechanism, or an option does not fit.</exception>
    public Module Build()
    {
        using IDisposable deferred = Initialization.Defer();
        return ModelCatalog.Create(Model, new ModelOptions
        {
            Classes = Classes.Count,
            InChannels = Mean.Count,
            ImageSize = ImageSize,
            Attention = Attention is null ? null : new AttentionPlacement { Key = Attention, At = AttentionAt, Options = Options(Attention) },
        });
    }

    /// <summary>The description as metadata of a safetensors file.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata() => new Dictionary<string, string>
    {
        // Names and layouts are PyTorch's, and its readers ask for this.
        ["format"] = "pt",
        [Key] = JsonSerializer.Serialize(this, TrainingJson.Default.ModelDescription),
    };

    /// <summary>Reads the description from metadata.</summary>
    /// <returns>Null when the metadata hold none: weights of other software.</returns>
    /// <exception cref="DataFormatException">There is one, but it cannot be read.</exception>
    public static ModelDescription? FromMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (!metadata.TryGetValue(Key, out string? json))
        {
            return null;
        }

        try
        {
            ModelDescription description = ModelDescriptionReader.Read(json)
                ?? throw new DataFormatException("weights: the description of the model is null.");
            bool isUsable = description is { Model: not null, Classes.Count: > 0, ImageSize: > 0, AttentionOptions: not null, AttentionAt: not null }
                && description.Mean is { Count: > 0 } && description.Mean.Count == description.Std?.Count && description.Classes.All(c => c is not null);
            return isUsable
                ? description
                : throw new DataFormatException("weights: the description of the model lacks its name, classes, image size or normalisation.");
        }
        catch (JsonException e)
        {
            throw new DataFormatException($"weights: the description of the model is not readable; {e.Message}", e);
        }
    }

    internal Normalization Normalization() => new([.. Mean.Select(m => (float)m)], [.. Std.Select(s => (float)s)]);

    /// <summary>
    /// What turns an image into the model's input: the shorter side resized and the middle taken; above 96 pixels, from an eighth more, as is
    /// usual for photographs. For masks, where every pixel counts, the whole image.
    /// </summary>
    internal SamplePipeline EvaluationPipeline() => new(TransformOptions.ForEvaluation(
        ImageSize, ImageSize > Recipe.SmallImage && Task == DataTask.Classify ? ImageSize * 8 / 7 : 0) with
    {
        KeepProportions = Task == DataTask.Classify,
        Normalization = Normalization(),
        Channels = Mean.Count,
    });

    private JsonObject Options(string key)
    {
        Card card = Catalog.Find(key).Card;
        var json = new JsonObject();
        foreach ((string name, string text) in AttentionOptions)
        {
            json[name] = Fovea.Attention.AttentionOptions.Parse(card, name, text);
        }

        return json;
    }
}
