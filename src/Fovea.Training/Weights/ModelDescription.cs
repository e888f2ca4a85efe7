using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Fovea.Attention;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// All that is needed to build a model again and to feed it: it travels in the metadata of weights and checkpoints, so that
/// <c>eval --weights FILE</c> needs no other flag.
/// </summary>
public sealed record ModelDescription
{
    /// <summary>Side of the largest images that count as small, in pixels.</summary>
    internal const int SmallImage = 96;

    private const string MetadataKey = "fovea";
    private const string ArchitectureKey = "onnx";
    private const double PhotographCrop = 0.875;

    /// <summary>Key of the model catalogue; with an <see cref="Architecture"/> the name of the file that it came from.</summary>
    public required string Model { get; init; }

    /// <summary>The network, where it is that of an ONNX file; null (default) for a model of the catalogue.</summary>
    [JsonIgnore]
    public OnnxArchitecture? Architecture { get; init; }

    /// <summary>Key of the attention catalogue; null for none.</summary>
    public string? Attention { get; init; }

    /// <summary>Where the attention goes.</summary>
    public string AttentionAt { get; init; } = AttentionPlacement.Blocks;

    /// <summary>Options of the mechanism, as text by name.</summary>
    public IReadOnlyDictionary<string, string> AttentionOptions { get; init; } = new Dictionary<string, string>();

    /// <summary>The names of the classes, in the order of the model's outputs.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>What the model gives: a class for each image (default), or for each pixel.</summary>
    public DataTask Task { get; init; } = DataTask.Classify;

    /// <summary>The value that did not count in the masks that it was trained on; null for 255, or for classifiers.</summary>
    public int? IgnoreValue { get; init; }

    /// <summary>Which class each colour in the masks stood for, as lines of a <see cref="MaskColorTable"/>; null for masks of numbers.</summary>
    public IReadOnlyList<string>? MaskColors { get; init; }

    /// <summary>Height and width of what the model sees, in pixels.</summary>
    public required Size2 ImageSize { get; init; }

    /// <summary>
    /// Whether the model sees images at their own resolution, in windows of that size whose logits are averaged, rather than brought to that size;
    /// default false.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SeesWindows { get; init; }

    /// <summary>What is taken from each channel, in units of full brightness; default ImageNet's means.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0.485, 0.456, 0.406];

    /// <summary>What each channel is divided by then; default ImageNet's deviations.</summary>
    public IReadOnlyList<double> Std { get; init; } = [0.229, 0.224, 0.225];

    /// <summary>How images are resized; null for bilinear.</summary>
    public ResizeFilter? Interpolation { get; init; }

    /// <summary>
    /// The share of the resized image's shorter side that a classifier sees, above 0 to 1; null for 0.875 above 96 pixels, as is usual for
    /// photographs, else 1.
    /// </summary>
    public double? CropFraction { get; init; }

    /// <summary>How images are brought into the frame that the model sees; null for what is usual of its task, the first of <see cref="DataTask.Fits"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public FrameFit? CropMode { get; init; }

    /// <summary>Whether images are turned as their EXIF orientation says, or taken as they are stored; null turns them.</summary>
    public OrientationHandling? Orientation { get; init; }

    /// <summary>Which stored values become black and white in images of more than 8 bits a sample; null for all that their files have.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SampleLevels? Levels { get; init; }

    /// <summary>The catalogue's name of model and mechanism together: <c>resnet18</c>, <c>cbam_resnet18</c>.</summary>
    [JsonIgnore]
    public string Key => Attention is null ? Model : $"{Attention}_{Model}";

    /// <summary>Whether the classes have names, rather than numbers in place of names that nobody said.</summary>
    [JsonIgnore]
    public bool HasClassNames => !Classes.SequenceEqual(Numbered(Classes.Count)) && !Classes.SequenceEqual(Enumerable.Range(0, Classes.Count).Select(Digits));

    /// <summary>What is done to images before the model sees them, without open ends.</summary>
    [JsonIgnore]
    public Preprocessing Preprocessing => new()
    {
        Mean = Mean,
        Std = Std,
        Interpolation = Interpolation ?? ResizeFilter.Bilinear,
        CropFraction = Fit != FrameFit.Center ? null : CropFraction ?? (Math.Max(ImageSize.Height, ImageSize.Width) > SmallImage ? PhotographCrop : 1),
        CropMode = CropMode,
        Orientation = Orientation ?? OrientationHandling.Apply,
        Levels = Levels,
    };

    /// <summary>The same in words, with the size: <c>224×224 pixels, mean 0.5, std 0.5, bicubic, crop 0.9</c>.</summary>
    [JsonIgnore]
    public string PreprocessingText => string.Create(CultureInfo.InvariantCulture, $"{(SeesWindows ? "own resolution in windows of " : string.Empty)}{ImageSize.Pixels()} pixels, {Preprocessing}");

    /// <summary>How image files are decoded for it.</summary>
    [JsonIgnore]
    public DecodeOptions Decoding => new() { Orientation = Orientation ?? OrientationHandling.Apply, Levels = Levels };

    /// <summary>The description in words: <c>resnet20-cifar with se, 10 classes</c>.</summary>
    public string Title => $"{Model}{(Attention is null ? string.Empty : $" with {Attention}")}, {Format.Of(Classes.Count, "class")}";

    /// <summary>The model: the catalogue's, or the network of the file.</summary>
    /// <exception cref="OptionException">There is no such model.</exception>
    [JsonIgnore]
    public ModelEntry Entry => Architecture is not null ? OnnxDescription.Entry(Model, Architecture)
        : OnnxDescription.IsFile(Model) ? throw new OptionException("model", $"the network of {Model} does not lie with these weights; give --model FILE.onnx.")
        : ModelCatalog.Find(Model);

    /// <summary>Builds the model. Its weights are undefined until they are loaded or drawn.</summary>
    /// <exception cref="OptionException">There is no such model or mechanism, or an option does not fit.</exception>
    public Module Build()
    {
        using IDisposable deferred = Initialization.Defer();
        return Entry.Create(new ModelOptions
        {
            Classes = Classes.Count,
            InChannels = Mean.Count,
            ImageSize = ImageSize,
            Attention = Attention is null ? null : new AttentionPlacement { Key = Attention, At = AttentionAt, Options = Options(Attention) },
        });
    }

    /// <summary>The description as metadata of a safetensors file.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata()
    {
        var metadata = new Dictionary<string, string>
        {
            // Names and layouts are PyTorch's, and its readers ask for this.
            ["format"] = "pt",
            [MetadataKey] = JsonSerializer.Serialize(this, WeightsJson.Default.ModelDescription),
        };
        if (Architecture is not null)
        {
            metadata[ArchitectureKey] = Architecture.ToText();
        }

        return metadata;
    }

    /// <summary>Reads the description from metadata.</summary>
    /// <returns>Null when the metadata hold none: weights of other software.</returns>
    /// <exception cref="DataFormatException">There is one, but it cannot be read.</exception>
    public static ModelDescription? FromMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (!metadata.TryGetValue(MetadataKey, out string? json))
        {
            return null;
        }

        try
        {
            ModelDescription description = ModelDescriptionReader.Read(json)
                ?? throw new DataFormatException("weights: the description of the model is null.");
            bool isUsable = description is { Model: not null, Task: not null, Classes.Count: > 0, ImageSize: { Height: > 0, Width: > 0 }, AttentionOptions: not null, AttentionAt: not null }
                && description.Mean is { Count: > 0 } && description.Mean.Count == description.Std?.Count && description.Classes.All(c => c is not null)
                && (description.MaskColors?.All(l => l is not null) ?? true);
            return isUsable
                ? metadata.TryGetValue(ArchitectureKey, out string? graph) && OnnxDescription.IsFile(description.Model)
                    ? description with { Architecture = OnnxArchitecture.FromText(graph) }
                    : description
                : throw new DataFormatException("weights: the description of the model lacks its name, classes, image size or normalisation.");
        }
        catch (JsonException e)
        {
            throw new DataFormatException($"weights: the description of the model is not readable; {e.Message}", e);
        }
    }

    /// <summary>Names for classes that nobody named: <c>class 0</c>, <c>class 1</c>, ….</summary>
    public static IReadOnlyList<string> Numbered(int count) => [.. Enumerable.Range(0, count).Select(i => $"class {Digits(i)}")];

    /// <summary>The description for images of another number of channels: from grey to colour each gets the same statistics, else their mean.</summary>
    internal ModelDescription WithChannels(int channels) => channels == Mean.Count ? this : this with
    {
        Mean = [.. Enumerable.Repeat(Mean.Average(), channels)],
        Std = [.. Enumerable.Repeat(Std.Average(), channels)],
    };

    internal Normalization Normalization() => new([.. Mean.Select(m => (float)m)], [.. Std.Select(s => (float)s)]);

    /// <summary>
    /// What turns an image into the model's input: the shorter side resized and the middle taken. For masks, where every pixel counts, the whole
    /// image.
    /// </summary>
    /// <exception cref="OptionException">The labels of the task do not follow the way in which images are brought into the frame.</exception>
    public SamplePipeline EvaluationPipeline()
    {
        if (!Task.Fits.Contains(Fit))
        {
            throw new OptionException("crop-mode",
                $"expected {string.Join(" or ", Task.Fits.Select(f => f.ToString().ToLowerInvariant()))} for images with {Task.Labels}, got {Fit.ToString().ToLowerInvariant()}.");
        }

        Preprocessing settings = Preprocessing;
        Size2 resizeTo = settings.CropFraction is { } share and < 1
            ? new((int)Math.Floor(ImageSize.Height / share), (int)Math.Floor(ImageSize.Width / share))
            : default;
        return new(TransformOptions.ForEvaluation(ImageSize, resizeTo) with
        {
            Crop = Fit == FrameFit.Border ? Data.CropMode.Whole : Data.CropMode.Center,
            KeepProportions = Fit != FrameFit.Squash,
            Normalization = Normalization(),
            Channels = Mean.Count,
            Filter = settings.Interpolation!.Value,
            Windows = SeesWindows ? new WindowOptions() : null,
        });
    }

    /// <summary>
    /// What a single look of the model takes of a picture, as its maps lie over it: what <see cref="EvaluationPipeline"/> says, or of a model that sees pictures at
    /// their own resolution the window in the middle.
    /// </summary>
    public SamplePipeline LookPipeline()
    {
        SamplePipeline usual = EvaluationPipeline();
        return SeesWindows ? new(usual.Options with { Crop = Data.CropMode.Middle, Windows = null }) : usual;
    }

    /// <summary>What has to be known of <see cref="LookPipeline"/>, in a sentence; null where it shows all that the model sees.</summary>
    [JsonIgnore]
    public string? LookText => SeesWindows
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"The model sees pictures at their own resolution, in windows of {ImageSize.Width}×{ImageSize.Height} pixels; maps are of the window in the middle. Crop a picture around what is to be looked at.")
        : null;

    private FrameFit Fit => CropMode ?? Task.Fits[0];

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

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
