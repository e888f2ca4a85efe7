using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What to evaluate, one property for each flag of <c>eval</c>.</summary>
public sealed record EvalOptions
{
    /// <summary><c>--weights</c>: the weights, a file or another source (<see cref="Io.WeightsSources"/>); a file of a run folder also says which model they belong to.</summary>
    public string? Weights { get; init; }

    /// <summary><c>--model</c>: key of the model catalogue; null takes what the weights say.</summary>
    public string? Model { get; init; }

    /// <summary><c>--attention</c>: key of the attention catalogue, "none" for none; null takes what the weights say.</summary>
    public string? Attention { get; init; }

    /// <summary><c>--attention-option k=v</c>: options of the mechanism by name.</summary>
    public IReadOnlyDictionary<string, string> AttentionOptions { get; init; } = new Dictionary<string, string>();

    /// <summary><c>--attention-at</c>: where the mechanism goes; null takes what the weights say.</summary>
    public string? AttentionAt { get; init; }

    /// <summary><c>--data</c>: the images; null for the validation part of the embedded Clutter data.</summary>
    public string? Data { get; init; }

    /// <summary><c>--ignore-value</c>: the value in masks that does not count, 0 to 255; null takes what the weights say.</summary>
    public int? IgnoreValue { get; init; }

    /// <summary>
    /// <c>--mask-colors</c>: which class each colour in masks stands for, as the lines of a <see cref="MaskColorTable"/>; none for
    /// masks of numbers; null takes what the weights say.
    /// </summary>
    public IReadOnlyList<string>? MaskColors { get; init; }

    /// <summary><c>--batch-size</c>: images at a time; default 128, of segmentation models 8. The result does not depend on it.</summary>
    public int? BatchSize { get; init; }

    /// <summary><c>--image-size</c>: height and width of what the model sees, a number for a square; null takes what the weights say, or the model's own.</summary>
    public Size2? ImageSize { get; init; }

    /// <summary>
    /// <c>--crop</c>: height and width of the windows in which a segmentation model sees images at their own resolution, in pixels, a number for a square; null takes what the weights say.
    /// </summary>
    public Size2? Crop { get; init; }

    /// <summary><c>--scales</c>: sizes at which each image is seen in windows, as factors of its own, whose probabilities are averaged; default 1.</summary>
    public IReadOnlyList<double> Scales { get; init; } = [1];

    /// <summary><c>--tta</c>: the views of each image whose probabilities are averaged; default: the image as it is. <c>--flip</c> stands for <c>--tta flip</c>.</summary>
    public TestViews Views { get; init; } = TestViews.None;

    /// <summary><c>--workers</c>: threads that decode ahead; null or 0: all threads do, between batches.</summary>
    public int? Workers { get; init; }

    /// <summary><c>--device</c>: what runs the model; null (default) for our own engine, on the processor.</summary>
    public IModuleEngine? Engine { get; init; }

    /// <summary><c>--threads</c>: threads of the arithmetic; null takes every processor.</summary>
    public int? Threads { get; init; }

    /// <summary><c>--seed</c>: seed of the embedded data; default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary><c>--output</c>: folder for <c>confusion.csv</c>, <c>predictions.csv</c> and <c>report.html</c>; null writes none.</summary>
    public string? Output { get; init; }

    /// <summary><c>--logits</c>: file for the model's outputs before softmax, JSON by the image's name; null writes none.</summary>
    public string? Logits { get; init; }

    /// <summary><c>--from</c>: the library that the weights are of, where their names leave a choice; null finds it.</summary>
    public string? WeightsSource { get; init; }

    /// <summary><c>--strict</c>: refuse weights that do not match the model name by name and shape by shape; default false.</summary>
    public bool Strict { get; init; }

    /// <summary><c>--mean</c>, <c>--std</c>, <c>--interpolation</c>, <c>--crop-pct</c>, <c>--crop-mode</c>, <c>--orientation</c>, <c>--levels</c>: what is done to the images; what is not said is taken from the weights.</summary>
    public Preprocessing Preprocessing { get; init; } = Preprocessing.Unsaid;

    internal ModelRequest ModelRequest() => new()
    {
        Model = Model,
        Attention = Attention,
        AttentionAt = AttentionAt,
        AttentionOptions = AttentionOptions,
        ImageSize = ImageSize,
        Crop = Crop,
        Source = WeightsSource,
        Strict = Strict,
        Preprocessing = Preprocessing,
    };
}

/// <summary>What to predict, one property for each flag of <c>predict</c>.</summary>
public sealed record PredictOptions
{
    /// <summary><c>--weights</c>: the weights, a file or another source (<see cref="Io.WeightsSources"/>); a file of a run folder also says which model and classes they belong to.</summary>
    public string? Weights { get; init; }

    /// <summary><c>--model</c>: key of the model catalogue; null takes what the weights say.</summary>
    public string? Model { get; init; }

    /// <summary><c>--attention</c>: key of the attention catalogue; null takes what the weights say.</summary>
    public string? Attention { get; init; }

    /// <summary><c>--attention-option k=v</c>: options of the mechanism by name.</summary>
    public IReadOnlyDictionary<string, string> AttentionOptions { get; init; } = new Dictionary<string, string>();

    /// <summary><c>--attention-at</c>: where the mechanism goes; null takes what the weights say.</summary>
    public string? AttentionAt { get; init; }

    /// <summary>Image files, or folders that are searched for images.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary><c>--top</c>: how many classes, or pictures of a gallery, to report per image; default 5.</summary>
    public int Top { get; init; } = 5;

    /// <summary><c>--gallery</c>: for retrieval, image files and folders in which the nearest pictures are looked for; empty (default) for none.</summary>
    public IReadOnlyList<string> Gallery { get; init; } = [];

    /// <summary><c>--batch-size</c>: images at a time; default 32.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary><c>--image-size</c>: height and width of what the model sees, a number for a square; null takes what the weights say, or the model's own.</summary>
    public Size2? ImageSize { get; init; }

    /// <summary>
    /// <c>--crop</c>: height and width of the windows in which a segmentation model sees images at their own resolution, in pixels, a number for a square; null takes what the weights say.
    /// </summary>
    public Size2? Crop { get; init; }

    /// <summary><c>--tta</c>: the views of each image whose probabilities are averaged; default: the image as it is.</summary>
    public TestViews Views { get; init; } = TestViews.None;

    /// <summary><c>--device</c>: what runs the model; null (default) for our own engine, on the processor.</summary>
    public IModuleEngine? Engine { get; init; }

    /// <summary><c>--threads</c>: threads of the arithmetic; null takes every processor.</summary>
    public int? Threads { get; init; }

    /// <summary><c>--output</c>: where the masks of a segmentation model are written; null for <c>runs/predict</c>. Classifiers write none.</summary>
    public string? Output { get; init; }

    /// <summary>
    /// <c>--mask-colors</c>: the colours that masks are written in, as the lines of a <see cref="MaskColorTable"/>; none for the
    /// numbers of the classes; null takes what the weights say.
    /// </summary>
    public IReadOnlyList<string>? MaskColors { get; init; }

    /// <summary>
    /// <c>--attention</c>: the method of the map of where the model looked that is written beside each answer, by a program that can make maps;
    /// null (default) for none.
    /// </summary>
    public string? MapMethod { get; init; }

    /// <summary><c>--overlay</c>: write each image with its mask drawn over it as well; default false.</summary>
    public bool Overlay { get; init; }

    /// <summary><c>--from</c>: the library that the weights are of, where their names leave a choice; null finds it.</summary>
    public string? WeightsSource { get; init; }

    /// <summary><c>--strict</c>: refuse weights that do not match the model name by name and shape by shape; default false.</summary>
    public bool Strict { get; init; }

    /// <summary><c>--mean</c>, <c>--std</c>, <c>--interpolation</c>, <c>--crop-pct</c>, <c>--crop-mode</c>, <c>--orientation</c>, <c>--levels</c>: what is done to the images; what is not said is taken from the weights.</summary>
    public Preprocessing Preprocessing { get; init; } = Preprocessing.Unsaid;

    internal ModelRequest ModelRequest() => new()
    {
        Model = Model,
        Attention = Attention,
        AttentionAt = AttentionAt,
        AttentionOptions = AttentionOptions,
        ImageSize = ImageSize,
        Crop = Crop,
        Source = WeightsSource,
        Strict = Strict,
        Preprocessing = Preprocessing,
    };
}
